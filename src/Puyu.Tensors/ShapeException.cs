using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Puyu.Tensors;

/// <summary>Shapes or storage types that do not fit together.</summary>
/// <param name="message">The op, its operands with their shapes, and the dimension at fault.</param>
public sealed class ShapeException(string message) : ArgumentException(message)
{
    /// <summary>
    /// Throws unless <paramref name="holds"/>. The message is built only then, so a check costs nothing.
    /// </summary>
    internal static void Require(
        bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref MessageHandler message)
    {
        if (!holds)
        {
            throw new ShapeException(message.ToString());
        }
    }

    /// <summary>Builds the message of a failed check.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct MessageHandler
    {
        private readonly StringBuilder? _text;

        public MessageHandler(int literalLength, int formattedCount, bool holds, out bool isEnabled)
        {
            isEnabled = !holds;
            _text = holds ? null : new StringBuilder(literalLength + (8 * formattedCount));
        }

        public void AppendLiteral(string literal) => _text!.Append(literal);

        public void AppendFormatted<T>(T value) => _text!.Append(CultureInfo.InvariantCulture, $"{value}");

        public override string ToString() => _text?.ToString() ?? "";
    }
}
