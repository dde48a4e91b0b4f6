using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Puyu.Models;
using Puyu.Tensors;
using Encoding = System.Text.Encoding;

namespace Puyu.Inference.Engine;

/// <summary>Tells apart what computes keys and values: other weights or kernels give other bits.</summary>
internal static class Fingerprint
{
    private const int Tokens = 32;

    /// <summary>A hash of the model's hidden states for some tokens, and of how keys and values are kept.</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] Of(Decoder decoder, int vocabSize, EngineOptions options)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"{options.CacheFormat} {options.BlockSize} {decoder.Config.Layers} {decoder.Config.KvHeads}")));
        using Scope scope = decoder.Backend.BeginScope();
        int[] ids = [.. Enumerable.Range(0, Tokens).Select(i => (int)(i * 2654435761L % vocabSize))];
        int[] positions = [.. Enumerable.Range(0, Tokens)];
        Tensor hidden = decoder.Forward(scope, DecoderInput.From(scope, ids, positions, [0, Tokens]));
        hash.AppendData(MemoryMarshal.AsBytes(hidden.Span<float>()));
        return hash.GetHashAndReset();
    }
}
