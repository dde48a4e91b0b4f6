namespace Puyu.Cli.Quickstart;

/// <summary>Where a quickstart puts what it makes.</summary>
/// <param name="root">The output folder.</param>
internal sealed class QuickstartFolder(string root)
{
    /// <summary>Everything.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The run of the data engine, with its ledger.</summary>
    public string Data => In("data");

    /// <summary>The ledger of that run, which has its recipe and knows every document.</summary>
    public string Ledger => In("data", "ledger.db");

    /// <summary>The divided documents, one JSON object a line.</summary>
    public string Corpus => In("corpus");

    /// <summary>The trained tokenizer.</summary>
    public string Tokenizer => In("tokenizer");

    /// <summary>Tokens of the training documents.</summary>
    public string PretrainingTokens => In("tokens", "pretraining.tokens");

    /// <summary>Tokens of a part of the held-out documents, for the validation loss.</summary>
    public string ValidationTokens => In("tokens", "validation.tokens");

    /// <summary>Tokens of questions and answers.</summary>
    public string FineTuningTokens => In("tokens", "fine-tuning.tokens");

    /// <summary>The pre-training run.</summary>
    public string Base => In("base");

    /// <summary>The fine-tuning run.</summary>
    public string Chat => In("chat");

    /// <summary>The fine-tuned model in 4 bits.</summary>
    public string Quantized => In("chat-int4");

    /// <summary>What was measured.</summary>
    public string Results => In("results.json");

    /// <summary>The page to look at.</summary>
    public string Report => In("report.html");

    /// <summary>A recipe as it was run.</summary>
    public string Recipe(string name) => In("recipes", name + ".json");

    private string In(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);
}
