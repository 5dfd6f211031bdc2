"""Metrics that stand on networks, and their oracles; weights of chance where real ones cannot be had."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from oracles import CHANCE, CUTS, Cases, Oracle, bench, cuts, parameters, real_image, test

from iqabench.images import Image, OutputView, Pair
from iqabench.metrics import metrics

FIVE = "small parts of demo photographs, each under another damage"


def pairs(of: Iterable[tuple[Image, Image]], name: str, theirs: Callable[..., Any]) -> Cases:
    for output, target in of:
        yield metrics().get(name)(Pair(output, target)), float(theirs(output, target))


def lpips(name: str, net: str, version: str) -> Cases:
    """The authors' package with our backbone; a real one."""
    import torch  # noqa: PLC0415

    module, learned = test("test_lpips_backbones"), test("random_networks")
    state = module.ours.network("cpu", name, net, version).state_dict()
    with bench() as (_, _, patch):
        empty = learned.instead_of(learned.torchvisions(module.NETS[net]))
        patch.setattr(module.package.pretrained_networks.tv, module.NETS[net], empty)
        theirs = module.package.LPIPS(net=net, version=version, pnet_rand=True, verbose=False)
    own = theirs.state_dict()
    for key in [key for key in own if key.startswith("net.slice")]:
        own[key] = state[f"features.{key.split('.', 2)[2]}"]
    theirs.load_state_dict(own)
    with torch.no_grad():
        few = learned.small_pairs() if net == "vgg" else cuts()
        yield from pairs(few, name, lambda o, t: theirs(*map(learned.signed, (o, t))))


def lpips_of_chance(name: str, net: str, version: str) -> Cases:
    import torch  # noqa: PLC0415

    module, learned = test("test_lpips_backbones"), test("random_networks")
    with bench() as (made, folder, patch), torch.no_grad():
        both = net, learned.torchvisions(module.NETS[net])
        theirs = made(module.loaded, both, folder, patch)(version)
        few = learned.small_pairs()
        yield from pairs(few, name, lambda o, t: theirs(*map(learned.signed, (o, t))))


def lpips_example() -> Cases:
    target = real_image("57aff3a0aeb6ebea151411f35b4487ea130aedcac6addd91c8c015969f9df097")
    for sha256, figure in parameters(test("test_lpips").test_the_example_of_the_authors):
        yield metrics().get("lpips")(Pair(real_image(sha256), target)), figure


def dists() -> Cases:
    from iqabench.metrics.networks.backbones import VGG16  # noqa: PLC0415
    from iqabench.metrics.networks.image_tensors import load_state  # noqa: PLC0415

    module, learned = test("test_dists"), test("random_networks")
    net = learned.torchvisions("vgg16")
    state = load_state(VGG16.path("dists"))
    net.load_state_dict({name: state[f"features.{name}"] for name in net.state_dict()})
    yield from pairs(learned.small_pairs(), "dists", lambda o, t: module.plainly(o, t, net))


def dists_example() -> Cases:
    target = real_image("f42e0b17b9113bdd86731afbf93a4e6c27001e83a55f22d0dfa8c4dff2678521")
    output = real_image("5b61278821f32b31e46f28138e2343a04762e33a3a941a8dbdbd35a8fa6b434d")
    yield metrics().get("dists")(Pair(output[:, :, :3], target[:, :, :3])), 0.3347


def pieapp(name: str, stride: int, number: slice, side: int) -> Cases:
    module = test("test_pieapp")
    with bench() as (made, _, patch):
        state = made(module.state)
        made(module.loaded, state, patch)
        theirs = made(module.theirs, state, patch)
        few = [(o[:, :side], t[:, :side]) for o, t in module.pairs()[number]]
        yield from pairs(few, name, lambda o, t: theirs(o, t, stride))


def clip_iqa() -> Cases:
    import torch  # noqa: PLC0415

    module, damage = test("test_clip_iqa"), test("damage")
    with bench() as (made, folder, patch):
        module.archive(module.random_clip().state_dict(), folder / "RN50.pt")
        theirs = made(
            module.theirs, made(module.weights, folder / "RN50.pt", folder / "mirror", patch)
        )
        for image in damage.photographs():
            for name in ("blur", "noise", "negative"):
                output = damage.DAMAGES[name](image)
                tensor = torch.from_numpy(output.transpose(2, 0, 1)[None].copy())
                yield metrics().get("clip_iqa")(OutputView(output)), float(theirs(tensor))


NETS = {
    "lpips": ("alex", "0.1"),
    "lpips_v0": ("alex", "0.0"),
    "lpips_vgg": ("vgg", "0.1"),
    "lpips_vgg_v0": ("vgg", "0.0"),
}
SQUEEZE = {"lpips_squeeze": ("squeeze", "0.1"), "lpips_squeeze_v0": ("squeeze", "0.0")}

TABLE = [
    Oracle("clip_iqa", "piq, both with a small network of chance",
           "demo photographs under blur, noise, as negatives", clip_iqa),
    Oracle("dists", "the definition, in double, with torchmetrics' copy of the authors' weights",
           FIVE, dists, others="torchmetrics' network agrees within 1e-4"),
    Oracle("dists", "the figure of the authors' example, four digits", "r1.png of their repository",
           dists_example, relative=False),
    *(Oracle(name, "the authors' package lpips with the same backbone",
             FIVE if net == "vgg" else CUTS, partial(lpips, name, net, version))
      for name, (net, version) in NETS.items()),
    Oracle("lpips", "figures of the authors' example, three digits", "two images of their repository",
           lpips_example, relative=False),
    *(Oracle(name, "the authors' package lpips" + CHANCE, FIVE,
             partial(lpips_of_chance, name, *how)) for name, how in SQUEEZE.items()),
    Oracle("pieapp", "piq" + CHANCE, FIVE, partial(pieapp, "pieapp", 27, slice(5), 999)),
    Oracle("pieapp_dense", "piq, every sixth pixel a patch" + CHANCE, "a part of 65 x 76 pixels",
           partial(pieapp, "pieapp_dense", 6, slice(1, 2), 76)),
]  # fmt: skip
