"""Where the official documentation of common functions is. A name that is not in here gets no link.

A test looks every name up in the library that is installed. `{name}` is the whole name, `{module}` and `{last}` are its
two parts, and `{path}` is the name with slashes.
"""

from __future__ import annotations

_TORCH = "https://docs.pytorch.org/docs/stable/generated/{name}.html"
_TF = "https://www.tensorflow.org/api_docs/python/{path}"
_NUMPY = "https://numpy.org/doc/stable/reference/generated/{name}.html"
_SKLEARN = "https://scikit-learn.org/stable/modules/generated/{name}.html"
_PYTHON = "https://docs.python.org/3/library/{module}.html#{name}"
_BUILT_IN = "https://docs.python.org/3/library/functions.html#{last}"

PAGES: dict[str, str] = {
    _TORCH: """
        torch.Tensor.backward torch.abs torch.allclose torch.arange torch.argmax torch.argmin torch.argsort
        torch.as_tensor torch.autograd.grad torch.bmm torch.broadcast_to torch.cat torch.clamp torch.compile
        torch.cumsum torch.diag torch.einsum torch.empty torch.equal torch.exp torch.eye torch.flatten
        torch.from_numpy torch.full torch.gather torch.histc torch.is_grad_enabled torch.isclose torch.isfinite
        torch.isnan torch.linspace torch.load torch.log torch.logit torch.logsumexp torch.manual_seed
        torch.masked_select torch.matmul torch.max torch.mean torch.median torch.meshgrid torch.min torch.mm
        torch.multinomial torch.no_grad torch.norm torch.nonzero torch.normal torch.numel torch.ones torch.ones_like
        torch.outer torch.permute torch.pow torch.prod torch.rand torch.randint torch.randn torch.randn_like
        torch.randperm torch.reshape torch.rot90 torch.round torch.save torch.set_num_threads torch.sigmoid
        torch.sign torch.softmax torch.sort torch.split torch.sqrt torch.squeeze torch.stack torch.std torch.sum
        torch.take_along_dim torch.tanh torch.tensor torch.topk torch.trace torch.transpose torch.tril torch.triu
        torch.unbind torch.unique torch.unsqueeze torch.var torch.vstack torch.where torch.zeros torch.zeros_like
        torch.nn.AdaptiveAvgPool2d torch.nn.AvgPool2d torch.nn.BCELoss torch.nn.BCEWithLogitsLoss
        torch.nn.BatchNorm1d torch.nn.BatchNorm2d torch.nn.Conv1d torch.nn.Conv2d torch.nn.ConvTranspose2d
        torch.nn.CosineSimilarity torch.nn.CrossEntropyLoss torch.nn.Dropout torch.nn.Dropout2d torch.nn.ELU
        torch.nn.Embedding torch.nn.Flatten torch.nn.GELU torch.nn.GRU torch.nn.GroupNorm torch.nn.HuberLoss
        torch.nn.Identity torch.nn.KLDivLoss torch.nn.L1Loss torch.nn.LSTM torch.nn.LayerNorm torch.nn.LeakyReLU
        torch.nn.Linear torch.nn.LogSoftmax torch.nn.MSELoss torch.nn.MaxPool2d torch.nn.Module torch.nn.ModuleDict
        torch.nn.ModuleList torch.nn.MultiheadAttention torch.nn.NLLLoss torch.nn.PReLU torch.nn.ParameterList
        torch.nn.RNN torch.nn.ReLU torch.nn.Sequential torch.nn.SiLU torch.nn.Sigmoid torch.nn.SmoothL1Loss
        torch.nn.Softmax torch.nn.Softplus torch.nn.Tanh torch.nn.TransformerEncoderLayer torch.nn.Unflatten
        torch.nn.Upsample torch.nn.functional.binary_cross_entropy
        torch.nn.functional.binary_cross_entropy_with_logits torch.nn.functional.cosine_similarity
        torch.nn.functional.cross_entropy torch.nn.functional.dropout torch.nn.functional.gelu
        torch.nn.functional.interpolate torch.nn.functional.kl_div torch.nn.functional.l1_loss
        torch.nn.functional.log_softmax torch.nn.functional.mse_loss torch.nn.functional.nll_loss
        torch.nn.functional.normalize torch.nn.functional.one_hot torch.nn.functional.pad torch.nn.functional.relu
        torch.nn.functional.scaled_dot_product_attention torch.nn.functional.softmax torch.optim.Adam
        torch.optim.AdamW torch.optim.Adagrad torch.optim.LBFGS torch.optim.RMSprop torch.optim.SGD
    """,
    "https://docs.pytorch.org/docs/stable/data.html#{name}": """
        torch.utils.data.DataLoader torch.utils.data.Dataset torch.utils.data.Subset torch.utils.data.TensorDataset
        torch.utils.data.random_split
    """,
    "https://docs.pytorch.org/docs/stable/testing.html#{name}": "torch.testing.assert_close",
    _TF: """
        tf.GradientTape tf.Variable tf.abs tf.argmax tf.argmin tf.argsort tf.boolean_mask tf.broadcast_to tf.cast
        tf.clip_by_norm tf.clip_by_value tf.concat tf.constant tf.convert_to_tensor tf.data.Dataset tf.einsum
        tf.expand_dims tf.eye tf.fill tf.function tf.gather tf.identity tf.image.convert_image_dtype tf.image.resize
        tf.linalg.matmul tf.linalg.matvec tf.linspace tf.math.count_nonzero tf.math.log tf.math.reduce_std
        tf.math.reduce_variance tf.math.top_k tf.maximum tf.minimum tf.nn.log_softmax tf.nn.relu
        tf.nn.sigmoid_cross_entropy_with_logits tf.nn.softmax tf.nn.softmax_cross_entropy_with_logits
        tf.nn.sparse_softmax_cross_entropy_with_logits tf.norm tf.one_hot tf.ones tf.ones_like tf.pow
        tf.random.normal tf.random.set_seed tf.random.uniform tf.range tf.rank tf.reduce_max tf.reduce_mean
        tf.reduce_min tf.reduce_prod tf.reduce_sum tf.reshape tf.shape tf.size tf.split tf.squeeze tf.stack
        tf.stop_gradient tf.tensordot tf.tile tf.transpose tf.where tf.zeros tf.zeros_like tf.keras.Input
        tf.keras.Model tf.keras.Sequential tf.keras.applications.MobileNetV2 tf.keras.callbacks.EarlyStopping
        tf.keras.callbacks.ModelCheckpoint tf.keras.layers.Activation tf.keras.layers.BatchNormalization
        tf.keras.layers.Conv1D tf.keras.layers.Conv2D tf.keras.layers.Dense tf.keras.layers.Dropout
        tf.keras.layers.Embedding tf.keras.layers.Flatten tf.keras.layers.GRU tf.keras.layers.GlobalAveragePooling2D
        tf.keras.layers.LSTM tf.keras.layers.Layer tf.keras.layers.LayerNormalization tf.keras.layers.MaxPooling2D
        tf.keras.layers.MultiHeadAttention tf.keras.layers.Normalization tf.keras.layers.ReLU
        tf.keras.layers.Rescaling tf.keras.layers.Reshape tf.keras.layers.Softmax tf.keras.losses.BinaryCrossentropy
        tf.keras.losses.CategoricalCrossentropy tf.keras.losses.Huber tf.keras.losses.MeanAbsoluteError
        tf.keras.losses.MeanSquaredError tf.keras.losses.SparseCategoricalCrossentropy tf.keras.metrics.AUC
        tf.keras.metrics.Accuracy tf.keras.metrics.BinaryAccuracy tf.keras.metrics.Precision tf.keras.metrics.Recall
        tf.keras.metrics.SparseCategoricalAccuracy tf.keras.optimizers.Adam tf.keras.optimizers.AdamW
        tf.keras.optimizers.RMSprop tf.keras.optimizers.SGD tf.keras.utils.set_random_seed
        tf.keras.utils.to_categorical
    """,
    _NUMPY: """
        numpy.all numpy.allclose numpy.any numpy.append numpy.arange numpy.argmax numpy.argmin numpy.argsort
        numpy.array numpy.array_equal numpy.asarray numpy.bincount numpy.broadcast_to numpy.clip numpy.concatenate
        numpy.cumsum numpy.delete numpy.diag numpy.diff numpy.dot numpy.einsum numpy.exp numpy.expand_dims numpy.eye
        numpy.flatnonzero numpy.full numpy.histogram numpy.isclose numpy.isfinite numpy.isnan numpy.kron
        numpy.linalg.norm numpy.linspace numpy.log numpy.matmul numpy.max numpy.mean numpy.median numpy.min
        numpy.ones numpy.outer numpy.percentile numpy.prod numpy.repeat numpy.reshape numpy.rot90 numpy.round
        numpy.sort numpy.sqrt numpy.squeeze numpy.stack numpy.std numpy.sum numpy.tile numpy.transpose numpy.unique
        numpy.var numpy.vstack numpy.where numpy.zeros
    """,
    "https://numpy.org/doc/stable/reference/random/generator.html#{name}": "numpy.random.default_rng",
    "https://numpy.org/doc/stable/reference/random/generated/{name}.html": "numpy.random.permutation numpy.random.rand",
    _SKLEARN: """
        sklearn.datasets.load_digits sklearn.datasets.load_iris sklearn.datasets.make_blobs
        sklearn.datasets.make_classification sklearn.ensemble.RandomForestClassifier
        sklearn.linear_model.LinearRegression sklearn.linear_model.LogisticRegression sklearn.metrics.accuracy_score
        sklearn.metrics.average_precision_score sklearn.metrics.balanced_accuracy_score
        sklearn.metrics.classification_report sklearn.metrics.confusion_matrix sklearn.metrics.f1_score
        sklearn.metrics.log_loss sklearn.metrics.matthews_corrcoef sklearn.metrics.mean_squared_error
        sklearn.metrics.precision_recall_curve sklearn.metrics.precision_recall_fscore_support
        sklearn.metrics.precision_score sklearn.metrics.r2_score sklearn.metrics.recall_score
        sklearn.metrics.roc_auc_score sklearn.metrics.roc_curve sklearn.model_selection.KFold
        sklearn.model_selection.cross_val_score sklearn.model_selection.train_test_split
        sklearn.neighbors.KNeighborsClassifier sklearn.preprocessing.StandardScaler
        sklearn.tree.DecisionTreeClassifier
    """,
    _PYTHON: """
        bisect.bisect_left bisect.bisect_right collections.Counter collections.OrderedDict collections.defaultdict
        collections.deque copy.copy copy.deepcopy dataclasses.dataclass dataclasses.replace decimal.Decimal
        fractions.Fraction functools.cache functools.lru_cache functools.partial functools.reduce heapq.heappop
        heapq.heappush io.BytesIO io.StringIO itertools.accumulate itertools.chain itertools.combinations
        itertools.groupby itertools.permutations itertools.product json.dumps json.loads math.ceil math.comb
        math.exp math.floor math.fsum math.gcd math.hypot math.isclose math.isfinite math.isnan math.log math.log10
        math.log2 math.prod math.sqrt operator.attrgetter operator.itemgetter random.choice random.sample
        random.seed random.shuffle re.findall re.fullmatch re.match re.search re.sub statistics.mean
        statistics.median statistics.stdev time.perf_counter warnings.catch_warnings warnings.simplefilter
    """,
    _BUILT_IN: """
        builtins.abs builtins.all builtins.any builtins.divmod builtins.enumerate builtins.eval builtins.filter
        builtins.getattr builtins.hasattr builtins.hash builtins.id builtins.isinstance builtins.iter
        builtins.map builtins.max builtins.min builtins.next builtins.open builtins.pow builtins.repr
        builtins.reversed builtins.round builtins.setattr builtins.sorted builtins.sum builtins.super
        builtins.vars builtins.zip
    """,
}
"""Names by the addresses of their pages."""

COMMON = frozenset(
    """
    numpy.arange numpy.array numpy.asarray numpy.ones numpy.zeros tf.cast tf.constant tf.convert_to_tensor
    tf.keras.Input tf.keras.utils.set_random_seed tf.ones tf.random.set_seed tf.zeros torch.arange
    torch.manual_seed torch.ones torch.rand torch.randint torch.randn torch.set_num_threads torch.tensor
    torch.zeros
    """.split()  # noqa: SIM905, which is one name per line
)
"""Names that nearly every program uses. They come last."""
