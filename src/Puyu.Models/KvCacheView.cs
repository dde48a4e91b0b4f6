#pragma warning disable
using Puyu.Tensors;
namespace Puyu.Models;
public sealed class KvCacheView
{
    internal Tensor Attend(Scope scope, Tensor qkv, Tensor cuSeqLens, int layer, QkvLayout layout) => throw new NotSupportedException();
}
