"""What is Swin's own in its recipe."""

from models.swin.train import MUON_PARAMETERS, Recipe, build
from models.training import optimizers

TINY = Recipe(schedule=((32, 2),), image_size=32, window_size=2, n_embd=8, depths=(2, 2), n_head=(2, 2), batch_size=4)


def test_muon_trains_weights_and_leaves_bias_tables_alone():
    model = build(TINY)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    muon, adamw = optimizers(model, MUON_PARAMETERS, {"lr": 0.1}, {"lr": 0.1})
    trained = {names[id(p)] for group in muon.param_groups for p in group["params"]}
    assert trained and all(name.endswith("weight") for name in trained)
    rest = {names[id(p)] for group in adamw.param_groups for p in group["params"]}
    assert any("bias_table" in name for name in rest)
    assert trained | rest == set(names.values())
