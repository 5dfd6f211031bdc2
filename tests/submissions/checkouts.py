"""A checkout as the challenges' organisers publish them, with the faults that occur in them."""

from pathlib import Path

import torch

MODELS = """
import os
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, more=False):
        super().__init__()
        self.conv = nn.Conv2d(3, 48, 3, padding=1)
        if more:
            self.extra = nn.Parameter(torch.zeros(48, 1, 1))
    def forward(self, x):
        return F.pixel_shuffle(self.conv(x), 4)

class Gpu(Net):
    def forward(self, x):
        shift = torch.zeros(1, 3, 1, 1, device='cuda:0')
        return super().forward(x.cuda() + shift)

class Timed(Net):
    calls = 0
    def forward(self, x):
        self.calls += 1
        if self.calls > 6:
            os.abort()
        return super().forward(x)

class Opaque(Net):
    def forward(self, x):
        import outside_op
        return outside_op.relu(super().forward(x))
"""

SELECT = """
import os, sys, time
import torch
from utils.scores import psnr

def select_model(args, device):
    model_id = args.model_id
    if model_id == -1:
        from models.nets import Net
        name, data_range = f"{model_id:02}_Good", 255.0
        model = Net()
        model.load_state_dict(torch.load(os.path.join("model_zoo", "net.pth")), strict=True)
    elif model_id == 1:
        from models.nets import Gpu
        name, data_range = f"{model_id:02}_Gpu", 1.0
        model = Gpu(more=True).cuda()
        model.load_state_dict(torch.load("model_zoo/net.pth", map_location="cuda"), strict=False)
    elif model_id == 2:
        from models.nets import Net
        name, data_range = "02_NoWeights", 1.0
        model = Net()
        model.load_state_dict(torch.load(os.path.join("model_zoo", "gone.pth")))
    elif model_id == 3:
        import a_module_nobody_has
    elif model_id == 5:
        print("about to fail")
        os.abort()
    elif model_id == 6:
        pass
    elif model_id == 7:
        open(os.environ["STARTED"], "w").write(str(os.getpid()))
        time.sleep(600)
    elif model_id == 8:
        from models.nets import Opaque
        name, data_range, model = "         8_Opaque", 1.0, Opaque()
    elif model_id == 9:
        from models.nets import Timed
        beside = os.path.dirname(os.path.abspath(__file__))
        os.mkdir(os.path.join(beside, "build"))
        open("build/operator.so", "w").write("compiled")
        for file in ("models/nets.py", "model_zoo/linked.pth", os.path.join(beside, "notes.txt")):
            open(file, "a").write("changed")
        os.remove("utils/scores.py")
        name, data_range, model = "09_Writer", 1.0, Timed()
    else:
        raise NotImplementedError(f"Model {model_id} is not implemented.")
    for k, v in model.named_parameters():
        v.requires_grad = False
    return model.eval().to(device), name, data_range, None
"""

STAND_IN = """
import numpy, torch
def relu(x):
    return torch.from_numpy(numpy.maximum(x.numpy(), 0))
"""


def make_checkout(folder: Path) -> Path:
    """Fill a folder with the checkout, and return it."""
    for name, text in {
        "test_demo.py": SELECT,
        "models/__init__.py": "",
        "models/nets.py": MODELS,
        "utils/__init__.py": "",
        "utils/scores.py": "def psnr(a, b):\n    return 0\n",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "model_zoo").mkdir()
    torch.manual_seed(0)
    net = torch.nn.Conv2d(3, 48, 3)
    state = {f"conv.{key}": value for key, value in net.state_dict().items()}
    torch.save(state, folder / "model_zoo" / "net.pth")
    elsewhere = folder.with_name("linked.pth")
    elsewhere.write_text("what a link points at")
    (folder / "model_zoo" / "linked.pth").symlink_to(elsewhere)
    return folder
