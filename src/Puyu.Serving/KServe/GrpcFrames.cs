using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Puyu.Serving.KServe;

/// <summary>
/// Messages of gRPC on a stream: a byte that says whether it is compressed, the length as 32 bits, big-endian, and the
/// message.
/// </summary>
internal static class GrpcFrames
{
    private const int HeaderBytes = 5;

    /// <summary>Reads the next message.</summary>
    /// <param name="reader">Body of a request.</param>
    /// <param name="parser">Of the message's type.</param>
    /// <param name="maxBytes">A longer message is an error.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="ApiException">The message is compressed, too long, cut off or malformed.</exception>
    public static async ValueTask<TMessage?> ReadAsync<TMessage>(
        PipeReader reader, MessageParser<TMessage> parser, long maxBytes, CancellationToken cancellation)
        where TMessage : class, IMessage<TMessage>
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (TryTake(buffer, maxBytes, out ReadOnlySequence<byte> message))
            {
                TMessage parsed = Parse(parser, message);
                reader.AdvanceTo(message.End);
                return parsed;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return buffer.IsEmpty
                    ? null
                    : throw ApiException.Invalid("the stream ends in the middle of a message", parameter: null);
            }
        }
    }

    /// <summary>Writes a message and sends it.</summary>
    public static async ValueTask WriteAsync(PipeWriter writer, IMessage message, CancellationToken cancellation)
    {
        int size = message.CalculateSize();
        Span<byte> header = writer.GetSpan(HeaderBytes)[..HeaderBytes];
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], size);
        writer.Advance(HeaderBytes);
        message.WriteTo(writer);
        await writer.FlushAsync(cancellation);
    }

    private static bool TryTake(ReadOnlySequence<byte> buffer, long maxBytes, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        long length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (header[0] != 0)
        {
            throw ApiException.Invalid(
                "the message is compressed, but this server takes plain messages alone", parameter: null);
        }

        if (length > maxBytes)
        {
            throw new ApiException(
                StatusCodes.Status413PayloadTooLarge, ApiException.InvalidRequest, "request_too_large",
                $"the message has {length} bytes, but at most {maxBytes} are taken");
        }

        if (buffer.Length < HeaderBytes + length)
        {
            return false;
        }

        message = buffer.Slice(HeaderBytes, length);
        return true;
    }

    private static TMessage Parse<TMessage>(MessageParser<TMessage> parser, ReadOnlySequence<byte> message)
        where TMessage : class, IMessage<TMessage>
    {
        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw ApiException.Invalid(
                $"the message is not a {typeof(TMessage).Name}: {failure.Message}", parameter: null);
        }
    }
}
