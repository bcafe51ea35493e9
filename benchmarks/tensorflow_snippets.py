"""Snippets of TensorFlow, one template per function: statements, an expression, what it prints, and common mistakes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.template import Numbers, Template


def _tf_frozen(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        layers = [tf.keras.layers.Dense({b}), tf.keras.layers.Dense({c})]
        model = tf.keras.Sequential([tf.keras.Input(({a},)), *layers])
        layers[0].trainable = False
        """
    expression = "sum(w.numpy().size for w in model.trainable_weights)"
    return body, expression, b * c + c, [a * b + b + b * c + c, b * c]


def _tf_broadcast(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.zeros(({a}, 1, {b}))
        y = tf.ones(({c}, 1))
        """
    return body, "tuple((x + y).shape)", (a, c, b), [(a, 1, b), (a, b, c), (c, 1, b)]


def _tf_gradient(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.Variable({a}.0)
        with tf.GradientTape() as tape:
            y = {b} * x**2 + {c} * x
        gradient = tape.gradient(y, x)
        """
    return body, "float(gradient.numpy())", 2.0 * a * b + c, [float(b * a * a + c * a), 2.0 * a * b]


def _tf_assigned(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        w = tf.Variable({a}.0)
        for _ in range({c}):
            w.assign_sub({b} * 0.5, read_value=False)
        """
    return body, "float(w.numpy())", a - 0.5 * b * c, [float(a), a - 0.5 * b]


def _tf_convolved(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    side = 2 * c
    body = f"""
        import tensorflow as tf

        convolution = tf.keras.layers.Conv2D({b}, 3, strides=2, padding="same")
        image = tf.zeros((1, {side}, {side}, {a}))
        """
    return body, "tuple(convolution(image).shape)", (1, c, c, b), [(1, side, side, b), (1, b, c, c)]


def _tf_mean(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.reshape(tf.range({a * b * c}), ({a}, {b}, {c}))
        """
    return body, "tuple(tf.reduce_mean(x, axis=1).shape)", (a, c), [(b, c), (a, 1, c), (a, b)]


def _tf_counted(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    total = a * 25 + b
    body = f"""
        import tensorflow as tf

        labels = tf.range({total}) % {c}
        """
    expression = "int(tf.math.count_nonzero(labels == 0))"
    return body, expression, -(-total // c), [total // c, total - total // c, c]


def _tf_reshaped(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        table = tf.reshape(tf.range({a * b * c}), ({c}, {a}, {b}))
        """
    return body, "int(table[1, 2, 3])", a * b + 2 * b + 3, [a * b + 3 * a + 2, 2 * b + 3]


def _tf_recurrent(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        layers = [tf.keras.layers.LSTM({b}), tf.keras.layers.Dense({c})]
        model = tf.keras.Sequential([tf.keras.Input((None, {a})), *layers])
        """
    whole = 4 * (a * b + b * b + b) + b * c + c
    return body, "model.count_params()", whole, [whole + 4 * b, whole - b * c - c]


def _tf_joined(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.zeros(({a}, {b}))
        y = tf.ones(({c}, {b}))
        """
    return body, "tuple(tf.concat([x, y], axis=0).shape)", (a + c, b), [(a, 2 * b), (2, a, b)]


TEMPLATES: tuple[Template, ...] = (
    _tf_frozen,
    _tf_broadcast,
    _tf_gradient,
    _tf_assigned,
    _tf_convolved,
    _tf_mean,
    _tf_counted,
    _tf_reshaped,
    _tf_recurrent,
    _tf_joined,
)
