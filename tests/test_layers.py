"""The house holds: imports point down, neighbours do not see each other, listings stay light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import iqabench

PACKAGE = Path(iqabench.__file__).parent

LAYERS: list[set[str]] = [
    {
        "errors",
        "registry",
        "facts",
        "protocol",
        "ssim_variant",
        "atomic",
        "deprecation",
        "locks",
        "yaml_loader",
        "zip_damage",
        "places",
        "printable",
        "arguments",
        "trust",
        "crashes",
        "lazy_module",
        "order",
    },
    {"tasks", "protocols"},
    {"images", "store", "files", "boards"},
    {"samples", "pairing", "remote"},
    {"training"},
    {"degradations", "metrics", "models", "probes"},
    {"sets", "opinions"},
    {"run", "report"},
    {"explain", "compress", "challenge"},
    {"submissions"},
    {"api", "cli"},
]
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
GROUND = LAYERS[0]

LIGHT = [
    "iqabench",
    "iqabench.cli.main",
    "iqabench.protocol",
    "iqabench.protocols",
    "iqabench.images",
    "iqabench.store",
    "iqabench.tasks",
    "iqabench.boards",
    "iqabench.remote",
    "iqabench.report",
    "iqabench.report.pages.core.site",
    "iqabench.report.statistics.agreement",
    "iqabench.models.core.catalogue",
    "iqabench.sets.catalogue",
    "iqabench.opinions",
    "iqabench.cli.list",
    "iqabench.cli.report",
    "iqabench.cli.kinds.boards",
    "iqabench.cli.kinds.models",
    "iqabench.cli.kinds.sets",
    "iqabench.cli.kinds.protocols",
]
"""What a machine without a GPU, or a reader of a report, imports: never torch."""


def room_of(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] != "iqabench":
        return None
    return parts[1] if len(parts) > 1 else "iqabench"


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Modules of ours that a file imports, with line and whether inside a function."""
    tree = ast.parse(path.read_text())
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield str(node.module), node.lineno, id(node) in inside
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in inside


def files() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def test_every_room_has_a_layer() -> None:
    rooms = {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in files()}
    assert rooms == set(LEVEL)


def test_imports_point_down() -> None:
    wrong = []
    for path in files():
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for module, line, inside in imports(path):
            room = room_of(module)
            if room in (None, "iqabench", own):
                continue
            assert room is not None
            if inside:  # to save time within a room is fair; across rooms it hides a cycle
                wrong.append(f"{path.relative_to(PACKAGE)}:{line} imports {module} in a function")
            below = LEVEL[room] < LEVEL[own] or (room in GROUND and own in GROUND)
            above_all = own in LAYERS[-1]
            if not (below or above_all):
                wrong.append(f"{path.relative_to(PACKAGE)}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_the_ground_floor_has_no_cycle() -> None:
    seen = {
        name: {room_of(m) for m, _, _ in imports(PACKAGE / f"{name}.py")} & GROUND
        for name in GROUND
    }
    for name, needs in seen.items():
        for needed in needs:
            assert name not in seen[str(needed)], f"{name} and {needed} import each other"


@pytest.mark.parametrize("module", LIGHT)
def test_what_must_be_light_never_imports_torch(module: str) -> None:
    code = f"import sys, {module}; assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_models_load_without_what_few_of_them_need() -> None:
    """spandrel brings torchvision, and together they take longer to import than torch."""
    code = (
        "import sys, iqabench.run\n"
        "from iqabench.models.core.load import load_model\n"
        "load_model('pocket', 4)\n"
        "assert not {'spandrel', 'torchvision', 'onnxruntime', 'pandas'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["list", "sets"],
        ["list", "models"],
        ["list", "models", "--variants"],
        ["list", "protocols"],
    ],
)
def test_listing_commands_never_import_torch(words: list[str]) -> None:
    code = (
        "import sys\nfrom iqabench.cli.main import main\n"
        f"sys.argv = ['iqabench', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
