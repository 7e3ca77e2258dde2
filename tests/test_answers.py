"""Answers that are worked out once."""

import gc
import weakref

from chainlab.answers import Answers


def test_a_question_is_worked_out_once_even_where_the_answer_is_nothing() -> None:
    answers, asked = Answers(), list[str]()
    for _ in range(2):
        assert answers.once("nothing", lambda: asked.append("nothing")) is None
    assert asked == ["nothing"]
    assert answers.once(("another", 1), lambda: 5) == 5


def test_what_a_question_names_by_id_lives_as_long_as_the_answers() -> None:
    class Store:
        pass

    answers, store = Answers(), Store()
    answers.once(id(store), lambda: True, keep=store)
    alive = weakref.ref(store)
    del store
    gc.collect()
    assert alive() is not None
