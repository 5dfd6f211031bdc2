"""What the package offers by name, and nothing else: a new public name is a decision, made here."""

import inspect
import subprocess
import sys

import iqabench
from iqabench import errors
from iqabench.cli.main import COMMANDS, cli


def test_the_package_offers_these_names() -> None:
    assert sorted(iqabench.__all__) == [
        "__version__",
        "agree",
        "evaluate",
        "load_model",
        "load_set",
        "metric",
        "profile",
        "score",
    ]
    for name in iqabench.__all__:
        assert getattr(iqabench, name)


def test_public_functions_explain_themselves() -> None:
    for name in iqabench.__all__:
        thing = getattr(iqabench, name)
        if callable(thing):
            assert inspect.getdoc(thing), name
            assert "Raises:" in str(inspect.getdoc(thing)), name


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys, iqabench; print(len([m for m in sys.modules if m.startswith('iqabench')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_the_commands_are_those_of_the_contract() -> None:
    assert list(COMMANDS) == [
        "run",
        "profile",
        "score",
        "explain",
        "compare",
        "reproduce",
        "rank",
        "agree",
        "compress",
        "bundle",
        "report",
        "list",
        "show",
        "fetch",
        "verify",
        "doctor",
    ]
    for name, line in COMMANDS.items():
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.name == name
        assert command.help, f"{name} has no help"
        assert line.endswith(".")


def test_every_error_stands_in_the_tree_of_the_docstring() -> None:
    for name, thing in vars(errors).items():
        if inspect.isclass(thing) and issubclass(thing, errors.IqabenchError):
            assert name in str(errors.__doc__)


def test_an_unknown_attribute_is_an_attribute_error() -> None:
    assert not hasattr(iqabench, "pnsr")


def test_help_answers_at_once() -> None:
    """No timing is asserted; what makes it slow is: modules that help does not need."""
    heavy = ("torch", "pandas", "rich", "yaml", "pydantic", "numpy", "httpx", "duckdb")
    code = (
        "import sys\nfrom iqabench.cli.main import main\nsys.argv = ['iqabench', '--help']\n"
        f"try:\n    main()\nexcept SystemExit:\n    pass\nassert not set({heavy!r}) & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
