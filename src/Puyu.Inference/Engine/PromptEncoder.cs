using Puyu.Abstractions.Engine;
using Puyu.Models;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;

namespace Puyu.Inference.Engine;

/// <summary>Turns prompts into token ids, and knows which ids end a completion.</summary>
/// <remarks>May be shared by threads.</remarks>
internal sealed class PromptEncoder
{
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly ModelConfig _config;

    /// <param name="tokenizer">Of the model.</param>
    /// <param name="template">How the model writes conversations; null if it does not chat.</param>
    /// <param name="config">Of the model.</param>
    public PromptEncoder(Tokenizer tokenizer, ChatTemplate? template, ModelConfig config)
    {
        _tokenizer = tokenizer;
        _template = template;
        _config = config;
        IEnumerable<int> ends = config.EosTokenIds.Union(tokenizer.EosId is { } eos ? [eos] : []);
        StopIds = [.. template is null ? ends : ends.Union(template.StopIds(tokenizer))];
    }

    /// <summary>Tokens that end a completion, by the model and its chat template.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Encodes text that never becomes a special token.</summary>
    public int[] Encode(string text, bool addsBeginning)
    {
        int[] ids = _tokenizer.Encode(text);
        int? bos = _tokenizer.BosId ?? _config.BosTokenId;
        return addsBeginning && bos is { } id ? [id, .. ids] : ids;
    }

    /// <summary>Encodes a prompt behind what a session has said.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="history">Tokens that go before; may be empty.</param>
    /// <exception cref="EngineException">The prompt cannot be written for this model, or is empty.</exception>
    public int[] Encode(Prompt prompt, ReadOnlySpan<int> history)
    {
        int[] ids = [.. history, .. prompt switch
        {
            Prompt.OfText text => Encode(text.Text, addsBeginning: history.IsEmpty),
            Prompt.OfTokens tokens => Checked(tokens.TokenIds),
            Prompt.OfMessages messages => Encode(messages, continues: !history.IsEmpty),
            _ => throw new ArgumentOutOfRangeException(nameof(prompt), prompt, "must be text, tokens or messages"),
        }];
        return ids.Length > 0 ? ids : throw new EngineException(
            EngineErrorCode.InvalidRequest, "the prompt has 0 tokens but must have at least 1",
            nameof(CompletionRequest.Prompt));
    }

    private int[] Checked(IReadOnlyList<int> tokenIds)
    {
        foreach (int id in tokenIds)
        {
            if (id < 0 || id >= _tokenizer.VocabSize)
            {
                throw new EngineException(
                    EngineErrorCode.InvalidRequest,
                    $"the prompt has token id {id} but ids must be below {_tokenizer.VocabSize}",
                    nameof(CompletionRequest.Prompt));
            }
        }

        return [.. tokenIds];
    }

    private int[] Encode(Prompt.OfMessages prompt, bool continues)
    {
        if (_template is null)
        {
            throw new EngineException(
                EngineErrorCode.NotSupported, "the model has no chat template, so it takes no messages",
                nameof(CompletionRequest.Prompt));
        }

        try
        {
            ChatMessage[] messages = ChatPrompts.Messages(prompt, _template);
            return continues
                ? _template.EncodeContinuation(_tokenizer, messages)
                : _template.EncodePrompt(_tokenizer, messages, ChatPrompts.Tools(prompt));
        }
        catch (ArgumentException exception)
        {
            throw new EngineException(
                EngineErrorCode.InvalidRequest, exception.Message, nameof(CompletionRequest.Prompt));
        }
    }
}
