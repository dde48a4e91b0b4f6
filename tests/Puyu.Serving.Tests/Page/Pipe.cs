using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Page;

/// <summary>An answer whose pieces a test lets through one by one.</summary>
internal sealed class Pipe
{
    private readonly Channel<string> _pieces = Channel.CreateUnbounded<string>();

    public void Say(string piece) => _pieces.Writer.TryWrite(piece);

    public void End() => _pieces.Writer.Complete();

    /// <summary>The engine fails from here on.</summary>
    public void Fail() => _pieces.Writer.Complete(new IOException("the weights are gone"));

    public async IAsyncEnumerable<CompletionUpdate> ReadAsync(
        CompletionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (string piece in _pieces.Reader.ReadAllAsync(cancellationToken))
        {
            yield return ScriptedEngine.Update(request, choice: 0, piece);
        }

        yield return ScriptedEngine.Update(request, choice: 0, "") with { FinishReason = FinishReason.Stop };
    }
}
