"""Trains the small BERT of this folder and exports it with the hidden states of every layer: python3 train.py (PyTorch 1.13; four minutes on one core).

The architecture is that of Devlin et al. (2019), post-LN, with 4 layers of width 64; the task is masked words. `config.json`, `tokenizer.json` and
`onnx/model.onnx` are laid out as @huggingface/transformers reads a model from a local folder.
"""
import json
import math
import random
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

from corpus import SENSES, sentence, words

HERE = Path(__file__).parent
LAYERS, WIDTH, HEADS, POSITIONS = 4, 64, 4, 40
STEPS, BATCH, LEARNING_RATE = 1200, 32, 2e-3
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)


def vocabulary() -> list[str]:
    """Whole words, but "channel" in two pieces and plurals as a word and an s; single letters, so that every word has pieces."""
    whole = [word for word in words() if word not in ("channel", "channels", "broadcaster", "broadcasters")]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = ["chan", "##nel", "broad", "##cast", "##er"] + [letter for letter in letters if letter not in whole] + ["##" + letter for letter in letters]
    return SPECIAL + [".", ","] + whole + pieces


VOCABULARY = vocabulary()
IDS = {piece: i for i, piece in enumerate(VOCABULARY)}


def word_pieces(word: str) -> list[int]:
    """Longest match first, as WordPiece does it."""
    ids, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = word[start:end] if start == 0 else "##" + word[start:end]
            if piece in IDS:
                ids.append(IDS[piece])
                start = end
                break
        else:
            return [UNK]
    return ids


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.expand, self.contract = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.attention_norm, self.output_norm = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, time, _ = x.shape
        q, k, v = self.qkv(x).view(batch, time, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)  # [batch, heads, time, dim]
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + mask, -1)
        x = self.attention_norm(x + self.out((weights @ v).transpose(1, 2).reshape(batch, time, WIDTH)))
        return self.output_norm(x + self.contract(F.gelu(self.expand(x))))


class Bert(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.positions, self.types = nn.Embedding(len(VOCABULARY), WIDTH), nn.Embedding(POSITIONS, WIDTH), nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, len(VOCABULARY))
        for embedding in (self.words, self.positions, self.types):
            nn.init.normal_(embedding.weight, std=0.1)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor):
        """-> last_hidden_state [batch, time, width], hidden_states [layers + 1, batch, time, width]"""
        place = torch.arange(input_ids.shape[1])
        states = [self.norm(self.words(input_ids) + self.positions(place)[None] + self.types(token_type_ids))]
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -1e9
        for layer in self.layers:
            states.append(layer(states[-1], mask))
        return states[-1], torch.stack(states)


def batch_of(random_: random.Random):
    """Sentences with whole words masked: 15% of them, and the word for "channel" half the time. -> inputs, targets (-100: not asked for)"""
    inputs, targets = [], []
    for _ in range(BATCH):
        sense = random_.choice(list(SENSES))
        channels = {"channel", *SENSES[sense]["channel"]}
        ids, wanted = [CLS], [-100]
        for word in sentence(sense, random_).split():
            pieces = word_pieces(word)
            masked = random_.random() < (0.5 if word.rstrip("s") in channels else 0.15)
            # As in BERT, a word that is asked for is not always hidden: the model has to understand the words that it sees, too.
            shown = pieces if not masked or random_.random() < 0.3 else [MASK] * len(pieces)
            ids += shown
            wanted += pieces if masked else [-100] * len(pieces)
        inputs.append(ids + [SEP])
        targets.append(wanted + [-100])
    time = max(map(len, inputs))
    pad = lambda rows, value: torch.tensor([row + [value] * (time - len(row)) for row in rows])
    return pad(inputs, PAD), pad(targets, -100)


def train() -> Bert:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    random_ = random.Random(0)
    model = Bert()
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=STEPS)
    for step in range(1, STEPS + 1):
        inputs, targets = batch_of(random_)
        last, _ = model(inputs, (inputs != PAD).long(), torch.zeros_like(inputs))
        loss = F.cross_entropy(model.head(last).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step == 1 or step % 250 == 0:
            print(f"step {step}: {loss.item():.3f} nats for each masked piece", flush=True)
    return model.eval()


def export(model: Bert) -> None:
    (HERE / "onnx").mkdir(exist_ok=True)
    example = torch.ones(1, 5, dtype=torch.long)
    axes = {0: "batch", 1: "time"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        model,
        (example, example, torch.zeros_like(example)),
        str(HERE / "onnx/model.onnx"),
        input_names=names,
        output_names=["last_hidden_state", "hidden_states"],
        dynamic_axes={**{name: axes for name in names}, "last_hidden_state": axes, "hidden_states": {1: "batch", 2: "time"}},
        opset_version=14,
    )
    write("config.json", dict(
        model_type="bert", architectures=["BertModel"], hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH, vocab_size=len(VOCABULARY), max_position_embeddings=POSITIONS, type_vocab_size=2, pad_token_id=PAD,
    ))
    write("tokenizer_config.json", dict(
        tokenizer_class="BertTokenizer", do_lower_case=True, unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]",
        mask_token="[MASK]", model_max_length=POSITIONS,
    ))
    write("tokenizer.json", tokenizer())


def tokenizer() -> dict:
    special = lambda name, type_id=0: {"SpecialToken": {"id": name, "type_id": type_id}}
    text = lambda name, type_id=0: {"Sequence": {"id": name, "type_id": type_id}}
    return dict(
        version="1.0", truncation=None, padding=None,
        added_tokens=[
            dict(id=i, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True) for i, content in enumerate(SPECIAL)
        ],
        normalizer=dict(type="BertNormalizer", clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
        pre_tokenizer=dict(type="BertPreTokenizer"),
        post_processor=dict(
            type="TemplateProcessing",
            single=[special("[CLS]"), text("A"), special("[SEP]")],
            pair=[special("[CLS]"), text("A"), special("[SEP]"), text("B", 1), special("[SEP]", 1)],
            special_tokens={name: dict(id=name, ids=[IDS[name]], tokens=[name]) for name in ("[CLS]", "[SEP]")},
        ),
        decoder=dict(type="WordPiece", prefix="##", cleanup=True),
        model=dict(type="WordPiece", unk_token="[UNK]", continuing_subword_prefix="##", max_input_chars_per_word=100, vocab=IDS),
    )


def write(name: str, content: dict) -> None:
    (HERE / name).write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    export(train())
