using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Models.Quantized;
using Puyu.Models.Tests.Support;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models.Tests.Quantized;

public sealed class QuantizedFolderTests : IDisposable
{
    private const int GroupSize = 16;

    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Layouts =>
    [
        "awq", "gptq", "gptq-8", "gptq_v2", "gptq-act-order", "gptq-per-row", "packed", "packed-8", "packed-zeros",
        "int-quantized", "smooth",
    ];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Read_GivesTheWeightsThatTheFormulaGives(string layout)
    {
        Dictionary<string, float[]> expected = Write(layout);

        using FolderWeights weights = FolderWeights.Open(_folder.Root);

        using Scope scope = _backend.BeginScope();
        foreach (Parameter parameter in ParameterTable.Of(weights.Config).Where(p => p.Group == ParameterGroup.Matrix))
        {
            StoredWeight stored = weights.Read(scope, parameter);
            float[] actual = new float[parameter.Count];
            stored.Codes?.Dequantize(actual);
            actual = stored.Floats?.Span<float>().ToArray() ?? actual;
            Assert.Equal(expected[parameter.Name], actual);
            Assert.Equal(layout == "gptq-act-order", stored.Codes is null);
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Load_GivesTheLogitsOfTheDequantizedModel(string layout)
    {
        Dictionary<string, float[]> dequantized = Write(layout);
        using Decoder quantized = DecoderFile.Load(_folder.Root, _backend);
        using Decoder floats = Decoder.Create(quantized.Config, _backend);
        using (FolderWeights source = FolderWeights.Open(_folder.Root))
        {
            using Scope scope = _backend.BeginScope();
            foreach (Parameter parameter in floats.Parameters)
            {
                ReadOnlySpan<float> values = dequantized.TryGetValue(parameter.Name, out float[]? matrix)
                    ? matrix
                    : source.Read(scope, parameter).Floats!.Span<float>();
                values.CopyTo(parameter.Value.Span<float>());
            }
        }

        float[] expected = SmallModels.Logits(floats);
        float[] actual = SmallModels.Logits(quantized);

        // Activations are rounded to 8 bits of the largest in their group, about three deviations: each of 14 maps is
        // off by 3 / 127 / √12 = 0.7 % of its output, all together by less than 14 times that.
        double scale = Math.Sqrt(expected.Average(logit => (double)logit * logit));
        double error = Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow((double)a - b, 2)).Average());
        Assert.True(error < 0.1 * scale, $"{error:E2} of {scale:E2}");
        Assert.Equal(layout == "gptq-act-order", quantized.Parameters["layers.0.feed_forward.up.weight"].Packed is null);
    }

    [Theory]
    [InlineData("""{"quant_method":"bitsandbytes"}""", "quant_method is 'bitsandbytes' but must be awq, gptq, ")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"version":"gemv"}""", "version is 'gemv' but only gemm")]
    [InlineData("""{"quant_method":"awq","bits":3,"group_size":128}""", "has 3 bits but must have 4")]
    [InlineData("""{"quant_method":"gptq","bits":4,"group_size":20}""", "has groups of 20 but they must be multiples of 16")]
    [InlineData("""{"quant_method":"gptq","bits":4,"group_size":-1,"checkpoint_format":"marlin"}""", "checkpoint_format is 'marlin'")]
    [InlineData("""{"quant_method":"smooth_quant","quant_dtype":"float8_e4m3fn"}""", "quant_dtype is 'float8_e4m3fn' but only int8")]
    [InlineData("""{"quant_method":"compressed-tensors","format":"float-quantized"}""", "format is 'float-quantized' but must be")]
    public void Open_NamesWhatIsNotSupported(string quantization, string problem)
    {
        Write("awq");
        WriteConfig(JsonNode.Parse(quantization)!.AsObject());

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => FolderWeights.Open(_folder.Root));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NamesATensorOfTheWrongShape()
    {
        Write("awq");
        WriteConfig(new JsonObject { ["quant_method"] = "awq", ["bits"] = 4, ["group_size"] = 32 });
        using FolderWeights weights = FolderWeights.Open(_folder.Root);
        using Scope scope = _backend.BeginScope();
        Parameter up = ParameterTable.Of(weights.Config)["layers.0.feed_forward.up.weight"];

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => weights.Read(scope, up));

        Assert.Contains(
            "has model.layers.0.mlp.up_proj.qzeros [2, 8] but the configuration says [1, 8]", exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfRealNumbers_RefusesAQuantizedFolder()
    {
        Write("awq");

        InvalidDataException exception = Assert.Throws<InvalidDataException>(
            () => Decoder.Load(_folder.Root, _backend));

        Assert.Contains("has weights of 4 bits (Awq) but real numbers are needed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NamesAKeyThatIsTooMuch()
    {
        Write("awq");
        Dictionary<string, float[]> _ = Write("awq", ("model.layers.0.mlp.up_proj.g_idx", 3));

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => FolderWeights.Open(_folder.Root));

        Assert.Contains("has model.layers.0.mlp.up_proj.g_idx, ", exception.Message, StringComparison.Ordinal);
    }

    private static ModelConfig Config => SmallModels.Config(ModelArchitecture.Llama) with
    {
        HiddenSize = 32,
        IntermediateSize = 64,
    };

    /// <summary>Writes a model in a layout and returns the weights of its matrices by the formula of the layout.</summary>
    private Dictionary<string, float[]> Write(string layout, (string Key, int Length)? extra = null)
    {
        var expected = new Dictionary<string, float[]>();
        var tensors = new Dictionary<string, Tensor>();
        using Scope scope = _backend.BeginScope();
        using Decoder decoder = Decoder.Create(Config, _backend);
        decoder.Initialize(seed: 2);
        foreach (Parameter parameter in decoder.Parameters)
        {
            if (parameter.Group != ParameterGroup.Matrix)
            {
                tensors.Add(parameter.FileName, parameter.Value);
                continue;
            }

            var linear = new RandomLinear(layout, parameter.Shape, (ulong)parameter.Offset);
            string module = parameter.FileName[..^".weight".Length];
            foreach ((string part, Tensor tensor) in linear.Tensors(scope))
            {
                tensors.Add($"{module}.{part}", tensor);
            }

            expected.Add(parameter.Name, linear.Weights());
        }

        if (extra is { } surplus)
        {
            tensors.Add(surplus.Key, scope.Zeros([surplus.Length], DType.I32));
        }

        SafetensorsFolder.Write(_folder.Root, tensors, new SafetensorsOptions());
        WriteConfig(RandomLinear.Describe(layout, GroupSize));
        return expected;
    }

    private void WriteConfig(JsonObject quantization)
    {
        Config.Save(_folder.Root, DType.F32);
        string path = _folder.File("config.json");
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        json["quantization_config"] = quantization;
        File.WriteAllText(path, json.ToJsonString());
    }

    /// <summary>A linear map of random codes, packed bit by bit as the layout's description says.</summary>
    private sealed class RandomLinear
    {
        private static readonly int[] _awqOrder = [0, 2, 4, 6, 1, 3, 5, 7];

        private readonly string _layout;
        private readonly int _n;
        private readonly int _k;
        private readonly int _groups;
        private readonly int _bits;
        private readonly int[] _groupOf;
        private readonly byte[] _codes;
        private readonly int[] _zeros;
        private readonly Half[] _scales;

        public RandomLinear(string layout, Shape shape, ulong seed)
        {
            _layout = layout;
            (_n, _k) = (shape[0], shape[1]);
            _bits = layout.EndsWith("-8", StringComparison.Ordinal) || layout is "smooth" or "int-quantized" ? 8 : 4;
            bool isPerRow = layout is "smooth" or "gptq-per-row";
            _groups = isPerRow ? 1 : _k / GroupSize;
            var random = new CounterRandom(seed, stream: 77);
            _groupOf = [.. Enumerable.Range(0, _k).Select(input => isPerRow ? 0 : input / GroupSize)];
            if (layout == "gptq-act-order")
            {
                random.Shuffle(_groupOf.AsSpan());
            }

            int middle = 1 << (_bits - 1);
            bool hasZeros = layout.StartsWith("gptq", StringComparison.Ordinal) || layout is "awq" or "packed-zeros";
            _codes = new byte[_n * _k];
            _zeros = new int[_n * _groups];
            _scales = new Half[_n * _groups];
            for (int i = 0; i < _codes.Length; i++)
            {
                _codes[i] = (byte)random.NextInt32(2 * middle);
            }

            for (int i = 0; i < _zeros.Length; i++)
            {
                _zeros[i] = hasZeros ? 1 + random.NextInt32((2 * middle) - 1) : middle;
                _scales[i] = (Half)((0.5f + random.NextSingle()) * 0.3f / middle);
            }
        }

        public static JsonObject Describe(string layout, int groupSize)
        {
            var weights = new JsonObject
            {
                ["num_bits"] = layout is "packed-8" or "int-quantized" ? 8 : 4,
                ["type"] = "int",
                ["strategy"] = "group",
                ["group_size"] = groupSize,
            };
            return layout switch
            {
                "awq" => new JsonObject { ["quant_method"] = "awq", ["bits"] = 4, ["group_size"] = groupSize },
                "smooth" => new JsonObject { ["quant_method"] = "smooth_quant", ["quant_dtype"] = "int8" },
                _ when layout.StartsWith("gptq", StringComparison.Ordinal) => new JsonObject
                {
                    ["quant_method"] = "gptq",
                    ["bits"] = layout == "gptq-8" ? 8 : 4,
                    ["group_size"] = layout == "gptq-per-row" ? -1 : groupSize,
                    ["checkpoint_format"] = layout == "gptq_v2" ? "gptq_v2" : "gptq",
                },
                _ => new JsonObject
                {
                    ["quant_method"] = "compressed-tensors",
                    ["format"] = layout == "int-quantized" ? layout : "pack-quantized",
                    ["config_groups"] = new JsonObject { ["group_0"] = new JsonObject { ["weights"] = weights } },
                },
            };
        }

        public float[] Weights() =>
        [
            .. Enumerable.Range(0, _n * _k).Select(i =>
            {
                int group = (i / _k * _groups) + _groupOf[i % _k];
                return (_codes[i] - _zeros[group]) * (float)_scales[group];
            }),
        ];

        public IEnumerable<(string Part, Tensor Tensor)> Tensors(Scope scope) => _layout switch
        {
            "awq" => Awq(scope),
            "smooth" =>
            [
                ("weight", scope.From<sbyte>([.. _codes.Select(code => (sbyte)(code - 128))], [_n, _k])),
                ("scale", scope.From<float>([.. _scales.Select(scale => (float)scale)], [_n, 1])),
            ],
            "int-quantized" =>
            [
                ("weight", scope.From<sbyte>([.. _codes.Select(code => (sbyte)(code - 128))], [_n, _k])),
                ("weight_scale", scope.From<Half>(_scales, [_n, _groups])),
            ],
            _ when _layout.StartsWith("gptq", StringComparison.Ordinal) => Gptq(scope),
            _ => Packed(scope),
        };

        private IEnumerable<(string Part, Tensor Tensor)> Awq(Scope scope)
        {
            int[] qweight = new int[_k * _n / 8];
            int[] qzeros = new int[_groups * _n / 8];
            for (int word = 0; word < _n / 8; word++)
            {
                for (int nibble = 0; nibble < 8; nibble++)
                {
                    int column = (8 * word) + _awqOrder[nibble];
                    for (int input = 0; input < _k; input++)
                    {
                        qweight[(input * _n / 8) + word] |= _codes[(column * _k) + input] << (4 * nibble);
                    }

                    for (int group = 0; group < _groups; group++)
                    {
                        qzeros[(group * _n / 8) + word] |= _zeros[(column * _groups) + group] << (4 * nibble);
                    }
                }
            }

            return
            [
                ("qweight", scope.From<int>(qweight, [_k, _n / 8])),
                ("qzeros", scope.From<int>(qzeros, [_groups, _n / 8])),
                ("scales", scope.From<Half>(Transposed(), [_groups, _n])),
            ];
        }

        private IEnumerable<(string Part, Tensor Tensor)> Gptq(Scope scope)
        {
            int perWord = 32 / _bits;
            int less = _layout == "gptq_v2" ? 0 : 1;
            int[] qweight = new int[_k / perWord * _n];
            int[] qzeros = new int[_groups * _n / perWord];
            for (int i = 0; i < _codes.Length; i++)
            {
                (int row, int input) = (i / _k, i % _k);
                qweight[(input / perWord * _n) + row] |= _codes[i] << (_bits * (input % perWord));
            }

            for (int i = 0; i < _zeros.Length; i++)
            {
                (int row, int group) = (i / _groups, i % _groups);
                qzeros[((group * _n) + row) / perWord] |= (_zeros[i] - less) << (_bits * (row % perWord));
            }

            return
            [
                ("qweight", scope.From<int>(qweight, [_k / perWord, _n])),
                ("qzeros", scope.From<int>(qzeros, [_groups, _n / perWord])),
                ("scales", scope.From<Half>(Transposed(), [_groups, _n])),
                ("g_idx", scope.From<int>(_groupOf, [_k])),
            ];
        }

        private IEnumerable<(string Part, Tensor Tensor)> Packed(Scope scope)
        {
            int perWord = 32 / _bits;
            int[] packed = new int[_codes.Length / perWord];
            for (int i = 0; i < _codes.Length; i++)
            {
                packed[i / perWord] |= _codes[i] << (_bits * (i % perWord));
            }

            yield return ("weight_packed", scope.From<int>(packed, [_n, _k / perWord]));
            yield return ("weight_scale", scope.From<Half>(_scales, [_n, _groups]));
            yield return ("weight_shape", scope.From<long>([_n, _k], [2]));
            if (_layout == "packed-zeros")
            {
                int[] zeros = new int[_n / perWord * _groups];
                for (int i = 0; i < _zeros.Length; i++)
                {
                    (int row, int group) = (i / _groups, i % _groups);
                    zeros[(row / perWord * _groups) + group] |= _zeros[i] << (_bits * (row % perWord));
                }

                yield return ("weight_zero_point", scope.From<int>(zeros, [_n / perWord, _groups]));
            }
        }

        private Half[] Transposed() =>
            [.. Enumerable.Range(0, _scales.Length).Select(i => _scales[(i % _n * _groups) + (i / _n)])];
    }
}
