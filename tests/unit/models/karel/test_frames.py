"""The robot's point of view, also if a belief puts the robot on the frame of the world."""

from __future__ import annotations

import itertools

import torch

from lasynth.domains.karel.world import FRAME, Facing, Hero, World
from lasynth.models.karel.encoder import FrameEncoder
from lasynth.models.karel.frames import AREA, CENTRE, Frame
from lasynth.models.karel.planes import MARKER_PLANE, ROBOT_PLANES, to_planes


def test_a_robot_stands_in_the_middle_of_its_own_window() -> None:
    places = torch.arange(FRAME * FRAME)
    for facing in range(4):
        frame = Frame.of(places, torch.full_like(places, facing), FRAME, FRAME)
        assert (frame.place_of(frame) == CENTRE).all()


def test_every_place_is_in_the_window_wherever_the_robot_is_believed_to_be() -> None:
    corners = torch.tensor([0, FRAME - 1, FRAME * (FRAME - 1), FRAME * FRAME - 1])
    for facing, (one, other) in itertools.product(range(4), itertools.product(corners, corners)):
        seeing = Frame.of(one[None], torch.tensor([facing]), FRAME, FRAME)
        place = seeing.place_of(Frame.of(other[None], torch.tensor([0]), FRAME, FRAME))
        assert 0 <= int(place) < AREA
        assert ((seeing.places() >= 0) & (seeing.places() < AREA)).all()


def test_a_belief_beyond_the_world_is_encoded() -> None:
    torch.manual_seed(0)
    encoder = FrameEncoder(16, 8)
    goal = World(rows=16, cols=16, hero=Hero(15, 15, Facing.NORTH))
    worlds = torch.from_numpy(goal.to_array())[None, None]
    planes = to_planes(worlds, FRAME, FRAME)
    planes[..., ROBOT_PLANES, :, :] = 0
    planes[..., MARKER_PLANE, :, :] = 0.5
    for facing in range(4):
        believed = planes.clone()
        believed[0, 0, facing, 0, 0] = 1.0
        assert encoder(believed, encoder.goals(worlds, FRAME, FRAME)).isfinite().all()
