"""An LSTM tagger on packed sequences of different lengths, its gradients clipped by value."""

import hashlib

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Tagger(nn.Module):
    def __init__(self, words=23, tags=5):
        super().__init__()
        self.embedding = nn.Embedding(words, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 10, num_layers=2, batch_first=True, bidirectional=True, dropout=0.1)
        self.tag = nn.Linear(20, tags)

    def forward(self, sentences, lengths):
        packed = pack_padded_sequence(
            self.embedding(sentences), lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.tag(out)


torch.manual_seed(3)
corpus = [torch.randint(1, 23, (n,)) for n in (5, 3, 7, 4, 6, 2, 5, 8)]
model = Tagger()
criterion = nn.CrossEntropyLoss(ignore_index=-1)
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)

for epoch in range(2):
    total = 0.0
    for at in range(0, len(corpus), 4):
        sentences = corpus[at : at + 4]
        lengths = torch.tensor([len(s) for s in sentences])
        x = pad_sequence(sentences, batch_first=True)
        y = pad_sequence([s % 5 for s in sentences], batch_first=True, padding_value=-1)
        model.zero_grad()
        scores = model(x, lengths)
        loss = criterion(scores.reshape(-1, 5), y.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.05)
        optimizer.step()
        total += loss.item()
        print(f"epoch {epoch} loss {loss.item():.9g}", flush=True)
    print(f"epoch {epoch} mean {total / 2:.9g}", flush=True)

digest = hashlib.sha256()
for value in model.state_dict().values():
    digest.update(value.numpy().tobytes())
print("weights", digest.hexdigest())
