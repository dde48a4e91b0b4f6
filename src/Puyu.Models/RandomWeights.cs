using System.Buffers.Binary;
using Puyu.Abstractions;

namespace Puyu.Models;

/// <summary>Weights for measuring speed, drawn as fast as disks write.</summary>
/// <remarks>
/// Uniform around 0 with the deviation that <see cref="Initializer"/> gives the parameter; norms are 1, biases 0. An
/// element depends on the seed, the name of its parameter and its place alone.
/// </remarks>
internal readonly struct RandomWeights
{
    /// <summary>Weights of one draw of 128 bits, 16 bits each.</summary>
    private const int PerDraw = 8;

    /// <summary>Weights of a block of Q4_0, 4 bits each.</summary>
    private const int BlockWeights = 32;

    /// <summary>Mean square of codes −7 to 7 of which 0 is twice as likely.</summary>
    private const double CodeVariance = 17.5;

    private readonly ParameterGroup _group;
    private readonly double _deviation;
    private readonly ulong _seed;
    private readonly ulong _stream;

    /// <param name="parameter">Whose weights.</param>
    /// <param name="config">Its model.</param>
    /// <param name="seed">Chosen by the user.</param>
    /// <param name="part">Name of the part of the parameter that is drawn; null for all of it.</param>
    public RandomWeights(Parameter parameter, ModelConfig config, ulong seed, string? part = null)
    {
        _group = parameter.Group;
        _deviation = Initializer.DeviationOf(parameter.Name, config, new InitializationOptions());
        _seed = seed;
        _stream = Initializer.StreamOf(part ?? parameter.Name);
    }

    /// <summary>Draws real numbers.</summary>
    /// <param name="weights">Overwritten.</param>
    /// <param name="first">Place of the first in its parameter, a multiple of 8.</param>
    public void Fill(Span<float> weights, long first)
    {
        if (_group is ParameterGroup.Norm or ParameterGroup.Bias)
        {
            weights.Fill(_group == ParameterGroup.Norm ? 1 : 0);
            return;
        }

        // Half a step is added so that the 2¹⁶ numbers lie symmetrically around 0.
        float unit = (float)(_deviation * Math.Sqrt(3) / (1 << 15));
        for (int i = 0; i < weights.Length; i += PerDraw)
        {
            UInt128 bits = CounterRandom.Block(_seed, _stream, (ulong)(first + i) / PerDraw);
            for (int j = i; j < Math.Min(i + PerDraw, weights.Length); j++)
            {
                weights[j] = ((short)(ushort)bits + 0.5f) * unit;
                bits >>= 16;
            }
        }
    }

    /// <summary>Draws blocks of Q4_0.</summary>
    /// <param name="blocks">Whole blocks of 18 bytes, overwritten.</param>
    /// <param name="first">Place of the first block in its parameter.</param>
    public void FillBlocks(Span<byte> blocks, long first)
    {
        const int BlockBytes = 18;
        var scale = (Half)(_deviation / Math.Sqrt(CodeVariance));
        for (int block = 0; block < blocks.Length / BlockBytes; block++)
        {
            Span<byte> bytes = blocks.Slice(block * BlockBytes, BlockBytes);
            BinaryPrimitives.WriteHalfLittleEndian(bytes, scale);
            UInt128 bits = CounterRandom.Block(_seed, _stream, (ulong)(first + block));
            for (int i = 2; i < BlockBytes; i++)
            {
                bytes[i] = (byte)(Symmetric((int)(bits & 15)) | (Symmetric((int)((bits >> 4) & 15)) << 4));
                bits >>= 8;
            }
        }
    }

    /// <summary>Code 0, which has no opposite, becomes the middle one: the mean stays 0.</summary>
    private static int Symmetric(int code) => code == 0 ? BlockWeights / 4 : code;
}
