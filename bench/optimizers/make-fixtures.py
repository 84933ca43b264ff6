"""Golden trajectories of optimisers and golden values of schedules, made with PyTorch.

    python3 bench/optimizers/make-fixtures.py

writes packages/kd-parity/src/optimizers/trajectories.json and packages/kd-train/src/schedules/pytorch-schedules.json. Any Python
that can import torch 1.13 or newer will do; `biome format --write` lays the files out. Optimisers run in float64 on inputs that are exact in
float32.

SGD, Adam, AdamW and all schedules are those of torch.optim. PyTorch has no LARS and no Lion: `lars` and `lion` below are written from
the papers (You et al. 2017, equation 6, in the form of NVIDIA Apex's LARC around SGD with clip=False; Chen et al. 2023, algorithm 2).
Decoupled decay of SGD is that of Loshchilov and Hutter 2019, algorithm 1, around torch.optim.SGD.
"""

import json
import math
import pathlib

import torch
from torch.optim import lr_scheduler

STEPS = 20
PACKAGES = pathlib.Path(__file__).resolve().parents[2] / "packages"

# Two vectors that are joined, a map and a matrix, a scalar, and parts of a method.
SHAPES = {
    "method/regressor/kernel": [1, 1, 2, 2],
    "method/temperature": [],
    "student/conv/kernel": [1, 2, 2, 2],
    "student/dense/bias": [3],
    "student/dense/weights": [2, 3],
    "student/norm/scale": [2],
}
METHOD = [path for path in SHAPES if path.startswith("method/")]
VECTORS = [path for path, shape in SHAPES.items() if len(shape) <= 1]


def single(tensor):
    return tensor.to(torch.float32).to(torch.float64)


def inputs():
    torch.manual_seed(17)
    start = {path: single(torch.randn(shape, dtype=torch.float64)) for path, shape in SHAPES.items()}
    # A norm of zero, which LARS must take.
    start["student/dense/bias"].zero_()
    scale = {"student/conv/kernel": 10.0, "method/regressor/kernel": 1e-4}
    gradients = []
    for step in range(STEPS):
        gradient = {
            path: single(torch.randn(shape, dtype=torch.float64) * scale.get(path, 0.3))
            for path, shape in SHAPES.items()
        }
        if step in (2, 11):
            gradient["student/dense/weights"].zero_()
        gradients.append(gradient)
    rates = [
        float(single(torch.tensor(0.1 * min(1, (step + 1) / 4) * (1 + math.cos(math.pi * step / STEPS)) / 2)))
        for step in range(STEPS)
    ]
    return start, gradients, rates


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, arXiv:2302.06675, algorithm 2."""

    def __init__(self, params, beta1=0.9, beta2=0.99, weight_decay=0.0):
        super().__init__(params, dict(lr=0.0, beta1=beta1, beta2=beta2, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = group["beta1"] * m + (1 - group["beta1"]) * p.grad
                p -= group["lr"] * (torch.sign(c) + group["weight_decay"] * p)
                self.state[p]["m"] = group["beta2"] * m + (1 - group["beta2"]) * p.grad


class Lars(torch.optim.Optimizer):
    """You, Gitman and Ginsburg 2017, arXiv:1708.03888, equation 6; learning rate and epsilon placed as in Apex's LARC."""

    def __init__(self, params, momentum=0.9, nesterov=False, weight_decay=0.0, trust=0.001, eps=1e-8, adaptive=True):
        defaults = dict(lr=0.0, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
        super().__init__(params, dict(defaults, trust=trust, eps=eps, adaptive=adaptive))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            decay = group["weight_decay"]
            for p in group["params"]:
                g = p.grad
                if not group["adaptive"]:
                    g = g + decay * p
                else:
                    p_norm, g_norm = p.norm().item(), g.norm().item()
                    if p_norm != 0 and g_norm != 0:
                        ratio = group["trust"] * p_norm / (g_norm + decay * p_norm + group["eps"])
                        g = ratio * (g + decay * p)
                v = self.state[p].get("v")
                v = g.clone() if v is None else group["momentum"] * v + g
                self.state[p]["v"] = v
                p -= group["lr"] * (g + group["momentum"] * v if group["nesterov"] else v)


class DecoupledSgd(torch.optim.SGD):
    """Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 1, with the decay scaled as in torch.optim.AdamW."""

    def __init__(self, params, decay, **settings):
        super().__init__(params, lr=0.0, **settings)
        self.decay = decay

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p *= 1 - group["lr"] * self.decay
        super().step()


def sgd(**settings):
    return lambda params: torch.optim.SGD(params, lr=0.0, **settings)


def adam(kind, **settings):
    return lambda params: kind(params, lr=0.0, **settings)


# Name, rate that the schedule is multiplied by, our options, PyTorch's optimiser, and groups: ours, and PyTorch's as
# (paths, learning rate factor, further settings).
CASES = [
    ("SGD", 1, {"name": "sgd"}, sgd(), None),
    ("SGD with momentum", 1, {"name": "sgd", "momentum": 0.9}, sgd(momentum=0.9), None),
    (
        "SGD with dampening and weight decay",
        1,
        {"name": "sgd", "momentum": 0.8, "dampening": 0.3, "weightDecay": 0.05},
        sgd(momentum=0.8, dampening=0.3, weight_decay=0.05),
        None,
    ),
    (
        "SGD with Nesterov's momentum and weight decay",
        1,
        {"name": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 0.05},
        sgd(momentum=0.9, nesterov=True, weight_decay=0.05),
        None,
    ),
    (
        "SGD with decoupled decay",
        1,
        {"name": "sgd", "momentum": 0.9, "weightDecay": 0.5, "decay": "decoupled"},
        lambda params: DecoupledSgd(params, 0.5, momentum=0.9),
        None,
    ),
    (
        "SGD in groups",
        1,
        {"name": "sgd", "momentum": 0.9, "weightDecay": 0.1},
        sgd(momentum=0.9, weight_decay=0.1),
        (
            [
                {"match": "normsAndBiases", "weightDecay": 0},
                {"match": "methodParts", "learningRateFactor": 0.25},
            ],
            [
                (["student/conv/kernel", "student/dense/weights"], 1, {}),
                (["student/dense/bias", "student/norm/scale"], 1, {"weight_decay": 0}),
                (["method/regressor/kernel"], 0.25, {}),
                (["method/temperature"], 0.25, {"weight_decay": 0}),
            ],
        ),
    ),
    ("Adam", 0.3, {"name": "adam"}, adam(torch.optim.Adam), None),
    (
        "Adam with L2 penalty and amsgrad",
        0.3,
        {"name": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "weightDecay": 0.1, "amsgrad": True},
        adam(torch.optim.Adam, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, amsgrad=True),
        None,
    ),
    ("AdamW", 0.3, {"name": "adamW"}, adam(torch.optim.AdamW), None),
    (
        "AdamW with amsgrad in groups",
        0.3,
        {"name": "adamW", "beta1": 0.85, "weightDecay": 0.2, "amsgrad": True},
        adam(torch.optim.AdamW, betas=(0.85, 0.999), weight_decay=0.2, amsgrad=True),
        (
            [
                {"match": "normsAndBiases", "weightDecay": 0},
                {"match": "methodParts", "learningRateFactor": 3},
            ],
            [
                (["student/conv/kernel", "student/dense/weights"], 1, {}),
                (["student/dense/bias", "student/norm/scale"], 1, {"weight_decay": 0}),
                (["method/regressor/kernel"], 3, {}),
                (["method/temperature"], 3, {"weight_decay": 0}),
            ],
        ),
    ),
    ("LARS", 20, {"name": "lars"}, lambda params: Lars(params), None),
    (
        "LARS with Nesterov's momentum and weight decay, scaling all but vectors",
        20,
        {"name": "lars", "momentum": 0.8, "nesterov": True, "weightDecay": 0.1, "trustCoefficient": 0.02},
        lambda params: Lars(params, momentum=0.8, nesterov=True, weight_decay=0.1, trust=0.02),
        (
            [{"match": "normsAndBiases", "weightDecay": 0, "adaptive": False, "learningRateFactor": 0.02}],
            [
                ([path for path in SHAPES if path not in VECTORS], 1, {}),
                (VECTORS, 0.02, {"weight_decay": 0, "adaptive": False}),
            ],
        ),
    ),
    ("Lion", 0.1, {"name": "lion"}, lambda params: Lion(params), None),
    (
        "Lion with weight decay",
        0.1,
        {"name": "lion", "beta1": 0.95, "beta2": 0.98, "weightDecay": 1},
        lambda params: Lion(params, beta1=0.95, beta2=0.98, weight_decay=1),
        None,
    ),
]


def trajectory(make, start, gradients, rates, groups):
    params = {path: value.clone().requires_grad_() for path, value in start.items()}
    groups = groups or [(list(SHAPES), 1, {})]
    optimizer = make([dict(params=[params[path] for path in paths], **more) for paths, _, more in groups])
    points = []
    for gradient, rate in zip(gradients, rates):
        for group, (_, factor, _) in zip(optimizer.param_groups, groups):
            group["lr"] = rate * factor
        for path, param in params.items():
            param.grad = gradient[path].clone()
        optimizer.step()
        points.append({path: numbers(param, 7) for path, param in params.items()})
    return points


def numbers(tensor, digits=9):
    return [float(f"{value:.{digits}g}") for value in tensor.detach().flatten().tolist()]


def optimizers():
    start, gradients, rates = inputs()
    cases = []
    for name, factor, options, make, groups in CASES:
        ours, theirs = groups or (None, None)
        scaled = [float(single(torch.tensor(rate * factor))) for rate in rates]
        cases.append(
            {
                "name": name,
                "optimizer": options,
                **({} if ours is None else {"groups": ours}),
                "learningRates": scaled,
                "trajectory": trajectory(make, start, gradients, scaled, theirs),
            }
        )
    return {
        "source": f"bench/optimizers/make-fixtures.py, torch {torch.__version__}, float64",
        "shapes": SHAPES,
        "start": {path: numbers(value) for path, value in start.items()},
        "gradients": [{path: numbers(value) for path, value in each.items()} for each in gradients],
        "cases": cases,
    }


def learning_rates(make, initial, length):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=initial)
    scheduler = make(optimizer)
    rates = []
    for _ in range(length):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def schedules():
    """The learning rate of every step or epoch, by the name of the test that reads it."""
    warm = lambda o: lr_scheduler.LinearLR(o, start_factor=0.25, total_iters=5)
    return {
        "source": f"bench/optimizers/make-fixtures.py, torch {torch.__version__}",
        "multiStep": learning_rates(lambda o: lr_scheduler.MultiStepLR(o, [3, 8, 9], gamma=0.3), 0.5, 15),
        "step": learning_rates(lambda o: lr_scheduler.StepLR(o, 4, gamma=0.5), 0.5, 15),
        "cosine": learning_rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 30, eta_min=0.01), 0.5, 30),
        "cosineRestarts": learning_rates(
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.01), 0.5, 30
        ),
        "cosineEqualRestarts": learning_rates(
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4), 0.5, 15
        ),
        "oneCycle": learning_rates(lambda o: lr_scheduler.OneCycleLR(o, 0.4, total_steps=30), 0.5, 30),
        "oneCycleLinear": learning_rates(
            lambda o: lr_scheduler.OneCycleLR(
                o, 0.4, total_steps=30, pct_start=0.42, anneal_strategy="linear", div_factor=10, final_div_factor=50
            ),
            0.5,
            30,
        ),
        "oneCycleThreePhases": learning_rates(
            lambda o: lr_scheduler.OneCycleLR(o, 0.4, total_steps=30, three_phase=True), 0.5, 30
        ),
        "polynomial": learning_rates(lambda o: lr_scheduler.PolynomialLR(o, 30, power=0.9), 0.5, 30),
        "warmup": learning_rates(
            lambda o: lr_scheduler.ChainedScheduler([warm(o), lr_scheduler.StepLR(o, 6, gamma=0.5)]), 0.5, 20
        ),
        "sequence": learning_rates(
            lambda o: lr_scheduler.SequentialLR(
                o, [warm(o), lr_scheduler.CosineAnnealingLR(o, 15), lr_scheduler.ConstantLR(o, 0.1, 99)], [5, 20]
            ),
            0.5,
            30,
        ),
        "product": learning_rates(
            lambda o: lr_scheduler.ChainedScheduler(
                [lr_scheduler.MultiStepLR(o, [10], gamma=0.2), lr_scheduler.ExponentialLR(o, 0.9)]
            ),
            0.5,
            20,
        ),
    }


def write(path, content):
    (PACKAGES / path).write_text(json.dumps(content, separators=(",", ":")) + "\n")


write("kd-parity/src/optimizers/trajectories.json", optimizers())
write("kd-train/src/schedules/pytorch-schedules.json", schedules())
