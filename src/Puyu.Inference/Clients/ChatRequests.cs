using System.Text.Json;
using Microsoft.Extensions.AI;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Clients;

/// <summary>Turns chat messages and options of Microsoft.Extensions.AI into requests of an engine.</summary>
internal static class ChatRequests
{
    private static readonly JsonSerializerOptions _json =
        new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    /// <summary>The request for an answer.</summary>
    /// <exception cref="NotSupportedException">A message or option has what an engine does not know.</exception>
    public static CompletionRequest Create(
        IEnumerable<ChatMessage> messages, ChatOptions? options, SamplingOptions defaults)
    {
        ToolDefinition[] tools = options?.ToolMode is NoneChatToolMode ? [] : [.. Tools(options)];
        IEnumerable<PromptMessage> all = messages.SelectMany(Convert);
        if (options?.Instructions is { } instructions)
        {
            all = all.Prepend(new PromptMessage("system", instructions));
        }

        return new CompletionRequest
        {
            Prompt = new Prompt.OfMessages([.. all]) { Tools = tools },
            Sampling = Sampling(options, defaults),
            Constraint = Constraint(options, tools),
            SessionId = options?.ConversationId,
            ShowsSpecialTokens = tools.Length > 0,
        };
    }

    private static SamplingOptions Sampling(ChatOptions? options, SamplingOptions defaults) => options is null
        ? defaults
        : defaults with
        {
            Temperature = options.Temperature ?? defaults.Temperature,
            TopP = options.TopP ?? defaults.TopP,
            TopK = options.TopK ?? defaults.TopK,
            MaxTokens = options.MaxOutputTokens ?? defaults.MaxTokens,
            FrequencyPenalty = options.FrequencyPenalty ?? defaults.FrequencyPenalty,
            PresencePenalty = options.PresencePenalty ?? defaults.PresencePenalty,
            Seed = (ulong?)options.Seed ?? defaults.Seed,
            StopStrings = options.StopSequences is { } stops ? [.. stops] : defaults.StopStrings,
        };

    private static OutputConstraint? Constraint(ChatOptions? options, ToolDefinition[] tools)
    {
        if (options?.ToolMode is RequiredChatToolMode required)
        {
            ToolDefinition[] callable = [.. tools.Where(
                tool => required.RequiredFunctionName is null || tool.Name == required.RequiredFunctionName)];
            return new OutputConstraint.ToolCalls(callable, options.AllowMultipleToolCalls ?? true);
        }

        OutputConstraint? format = options?.ResponseFormat switch
        {
            ChatResponseFormatJson { Schema: { } schema } => new OutputConstraint.JsonSchema(schema.GetRawText()),
            ChatResponseFormatJson => new OutputConstraint.JsonObject(),
            _ => null,
        };
        return format is null || tools.Length == 0
            ? format
            : new OutputConstraint.AnyOf(
                [format, new OutputConstraint.ToolCalls(tools, options!.AllowMultipleToolCalls ?? true)]);
    }

    private static IEnumerable<ToolDefinition> Tools(ChatOptions? options)
    {
        foreach (AITool tool in options?.Tools ?? [])
        {
            yield return tool is AIFunctionDeclaration function
                ? new ToolDefinition(function.Name, function.Description, function.JsonSchema.GetRawText())
                : throw new NotSupportedException(
                    $"tool '{tool.Name}' is a {tool.GetType().Name} but must be a function");
        }
    }

    private static IEnumerable<PromptMessage> Convert(ChatMessage message)
    {
        AIContent? odd = message.Contents.FirstOrDefault(content => content
            is not (TextContent or TextReasoningContent or FunctionCallContent or FunctionResultContent
                or UsageContent));
        if (odd is not null)
        {
            throw new NotSupportedException($"a message has {odd.GetType().Name} but the engine reads text and calls");
        }

        FunctionResultContent[] results = [.. message.Contents.OfType<FunctionResultContent>()];
        foreach (FunctionResultContent result in results)
        {
            string text = result.Result as string ?? JsonSerializer.Serialize(result.Result, _json);
            yield return new PromptMessage("tool", text) { ToolCallId = result.CallId };
        }

        if (results.Length == 0 || message.Text.Length > 0)
        {
            yield return new PromptMessage(message.Role.Value, message.Text)
            {
                Name = message.AuthorName,
                ToolCalls = [.. message.Contents.OfType<FunctionCallContent>().Select(Call)],
            };
        }
    }

    private static ToolCall Call(FunctionCallContent call) => new(
        call.CallId, call.Name,
        JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), _json));
}
