from __future__ import annotations

from lasynth.outcome import Candidate, Check, Outcome, StopReason, Verdict


def test_an_outcome_is_solved_by_a_consistent_candidate() -> None:
    wrong = Candidate("x", (1, 0), False, None, -1.0, 1, num_right=2)
    right = Candidate("y", (2, 0), True, "gcc", -3.25, 1, num_right=3)
    outcome = Outcome((right, wrong), StopReason.ENOUGH_FOUND, 64, 40, 1, 0.81234)
    assert outcome.solved
    assert not Outcome((wrong,), StopReason.TIME_LIMIT, 64, 40, 0, 0.8).solved
    assert not Outcome((), StopReason.EXHAUSTED, 0, 0, 0, 0.8).solved
    assert outcome.to_json() == {
        "outcome": "solved",
        "domain": None,
        "programs": [
            {
                "text": "y",
                "consistent": True,
                "num_right": 3,
                "verified_by": "gcc",
                "score": -3.25,
                "num_tokens": 1,
                "engine": "",
                "completed": False,
                "confidence": None,
            },
            {
                "text": "x",
                "consistent": False,
                "num_right": 2,
                "verified_by": None,
                "score": -1.0,
                "num_tokens": 1,
                "engine": "",
                "completed": False,
                "confidence": None,
            },
        ],
        "stop_reason": "enough_found",
        "num_proposed": 64,
        "num_distinct": 40,
        "num_consistent": 1,
        "num_functions": 0,
        "confidence": 0.0,
        "question": None,
        "seconds": 0.812,
    }


def test_json_says_of_a_check_why_it_did_not_pass() -> None:
    passed = Candidate("x", (1, 0), True, "gcc", -1.0, 1, check=Check(Verdict.PASSED))
    assert "check" not in passed.to_json()
    not_checked = Candidate(
        "x", (1, 0), True, "machine", -1.0, 1, check=Check(Verdict.NOT_CHECKED, "no room")
    )
    assert not_checked.to_json()["check"] == {"verdict": "not_checked", "reason": "no room"}
