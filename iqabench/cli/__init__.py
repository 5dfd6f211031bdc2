"""The command line: one file per command, which parses, makes one library call, and prints.

A command is the function `command` in the file of its name, and a line in `COMMANDS` of `main.py`:

    import click

    from iqabench.cli.lazy import lazy_imports
    from iqabench.cli.options import store_option

    with lazy_imports():
        from iqabench.remote import open_store
        from iqabench.run import evaluate

    @click.command("run")
    @store_option
    def command(store: str | Path) -> None:
        '''Restore sets with models and score the outputs.'''
        evaluate(..., open_store(store))

Help must appear at once and must import neither torch nor pandas. So the library is imported in the block
`with lazy_imports():`, which waits until the command runs; only click, `iqabench.cli` and `iqabench.errors`
are imported above it. Defaults and choices of options are therefore written out; a test compares them with
the library's own.
"""
