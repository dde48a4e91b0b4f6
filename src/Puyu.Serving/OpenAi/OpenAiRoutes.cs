namespace Puyu.Serving.OpenAi;

/// <summary>The routes of OpenAI's API.</summary>
internal static class OpenAiRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        ModelsRoutes.Map(routes);
        routes.MapInference("/v1/chat/completions", ChatRoute.AnswerAsync);
        routes.MapInference("/v1/completions", CompletionRoute.AnswerAsync);
        routes.MapInference("/v1/embeddings", EmbeddingRoute.AnswerAsync);
        routes.MapInference("/v1/responses", ResponseRoute.AnswerAsync);
    }
}
