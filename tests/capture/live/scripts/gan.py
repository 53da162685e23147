"""A GAN: two networks, two optimizers, the generator's output detached for the discriminator."""

import hashlib

import torch
import torch.nn as nn

torch.manual_seed(0)

nz, width, batch = 4, 16, 8
netG = nn.Sequential(
    nn.Linear(nz, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, 6), nn.Tanh()
)
netD = nn.Sequential(
    nn.Linear(6, width), nn.LeakyReLU(0.2, inplace=True), nn.Linear(width, 1), nn.Sigmoid()
)
criterion = nn.BCELoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.999))

for step in range(6):
    # (1) Discriminator: maximize log(D(x)) + log(1 - D(G(z)))
    netD.zero_grad()
    real = torch.randn(batch, 6).tanh() + 0.3
    label = torch.full((batch,), 1.0)
    output = netD(real).view(-1)
    errD_real = criterion(output, label)
    errD_real.backward()
    D_x = output.mean().item()

    noise = torch.randn(batch, nz)
    fake = netG(noise)
    label.fill_(0.0)
    output = netD(fake.detach()).view(-1)
    errD_fake = criterion(output, label)
    errD_fake.backward()
    errD = errD_real + errD_fake
    optimizerD.step()

    # (2) Generator: maximize log(D(G(z)))
    netG.zero_grad()
    label.fill_(1.0)
    output = netD(fake).view(-1)
    errG = criterion(output, label)
    errG.backward()
    optimizerG.step()
    print(
        f"[{step}] Loss_D: {errD.item():.9g} Loss_G: {errG.item():.9g} D(x): {D_x:.9g}", flush=True
    )

digest = hashlib.sha256()
for net in (netD, netG):
    for value in net.state_dict().values():
        digest.update(value.numpy().tobytes())
print("weights", digest.hexdigest())
