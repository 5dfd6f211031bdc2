"""Work beside the model: in order, one waiting at most, and no error is lost."""

import threading

import pytest

from iqabench.run.background import Background


def test_pieces_are_done_in_order_and_all_by_the_end() -> None:
    done: list[int] = []
    with Background() as aside:
        for piece in range(5):
            aside.do(done.append, piece)
            assert len(done) >= piece  # the one before is finished when the next is taken
    assert done == list(range(5))


def test_what_a_piece_raises_arrives() -> None:
    with pytest.raises(ZeroDivisionError), Background() as aside:
        aside.do(lambda: 1 / 0)
    with Background() as aside:
        aside.do(lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            aside.do(print)


def test_an_interrupt_waits_for_the_piece_in_work() -> None:
    """Finished pieces and the piece in work are kept at Ctrl-C."""
    go, done = threading.Event(), threading.Event()

    def piece() -> None:
        go.wait(10)
        done.set()

    def interrupted() -> None:
        with Background() as aside:
            aside.do(piece)
            go.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done.is_set()
