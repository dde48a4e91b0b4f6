using Puyu.Tensors;

namespace Puyu.Models.Gguf;

/// <summary>One tensor of a GGUF file, as the header describes it.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Format">How its elements are stored.</param>
/// <param name="Shape">Outermost dimension first, as everywhere in Puyu; the file has the innermost first.</param>
/// <param name="FirstByte">Place of the first element, from the beginning of the file.</param>
internal sealed record GgufTensor(string Name, BlockFormat Format, Shape Shape, long FirstByte)
{
    /// <summary>Length of the elements.</summary>
    public long Bytes => Format.BytesOf(Shape.Count);
}
