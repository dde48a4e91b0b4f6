using Puyu.Evaluation;

namespace Puyu.Cli.Quickstart;

/// <summary>Everything a quickstart measured; the report says nothing that is not in here.</summary>
internal sealed record QuickstartResults
{
    /// <summary>The machine.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>What became of the documents.</summary>
    public required DocumentFacts Documents { get; init; }

    /// <summary>How many of those that are left are for what.</summary>
    public required DivisionFacts Division { get; init; }

    /// <summary>The tokenizer.</summary>
    public required TokenizerFacts Tokenizer { get; init; }

    /// <summary>The pre-training run.</summary>
    public required RunFacts Pretraining { get; init; }

    /// <summary>The fine-tuning run.</summary>
    public required RunFacts FineTuning { get; init; }

    /// <summary>What the models can do.</summary>
    public required EvaluationResults Evaluation { get; init; }

    /// <summary>What four bits cost the fine-tuned model.</summary>
    public required QuantizationFacts Quantization { get; init; }
}

/// <summary>The tokenizer.</summary>
internal sealed record TokenizerFacts(int VocabSize, double TrainingSeconds, long TrainingTokens);

/// <summary>One point of a loss curve.</summary>
internal readonly record struct CurvePoint(int Step, double Loss);

/// <summary>Bits per byte of the model, and of general-purpose compressors given the same text as one file.</summary>
internal sealed record CompressionFacts(
    int Documents, long Bytes, long Tokens, Estimate Model, double Gzip, double? Xz)
{
    /// <summary>How well the tokenizer fits the text.</summary>
    public double BytesPerToken => (double)Bytes / Tokens;
}

/// <summary>Four-way multiple choice before and after fine-tuning, on the same questions.</summary>
/// <param name="Questions">How many were asked.</param>
/// <param name="Chance">What guessing would reach.</param>
/// <param name="Base">The pre-trained model, asked in a conversation.</param>
/// <param name="BaseDocument">The pre-trained model, given the heading of a document, the form it knows.</param>
/// <param name="Chat">The fine-tuned model, asked in a conversation.</param>
/// <param name="ChatByToken">The same by mean log-probability of a token alone.</param>
/// <param name="Gain">Fine-tuned against pre-trained, both in a conversation.</param>
/// <param name="GainOverDocument">Fine-tuned in a conversation against pre-trained with a heading.</param>
internal sealed record ChoiceFacts(
    int Questions, double Chance, Estimate Base, Estimate BaseDocument, Estimate Chat, Estimate ChatByToken,
    PairedComparison Gain, PairedComparison GainOverDocument);

/// <summary>The fine-tuned model as it was trained and in 4 bits, on the same held-out answers.</summary>
/// <param name="Answers">How many answers were predicted.</param>
/// <param name="Before">As it was trained.</param>
/// <param name="After">In 4 bits.</param>
internal sealed record QuantizationFacts(int Answers, AnswerFacts Before, AnswerFacts After);

/// <summary>How well a model predicts answers to questions, and how large it is.</summary>
/// <param name="Bytes">Its weights on the disk.</param>
/// <param name="BitsPerByte">Of the answers.</param>
/// <param name="Perplexity">Of a token of the answers.</param>
internal sealed record AnswerFacts(long Bytes, Estimate BitsPerByte, double Perplexity);

/// <summary>A question about a held-out member, the model's answer and what the documentation says.</summary>
internal sealed record SampleAnswer(string Question, string Answer, string Documentation);
