using System.Runtime.InteropServices;
using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Documentation;

/// <summary>Makes questions of documented members, for evaluation and for supervised fine-tuning.</summary>
public static class MemberQuestions
{
    private const int ChoicesPerQuestion = 4;

    /// <summary>
    /// "Which summary belongs to this member?": the right one among summaries of members of its kind.
    /// </summary>
    /// <remarks>
    /// The prompt is the <see cref="DocumentedMember.Heading"/>, the choices are summaries, so that a pre-trained model
    /// meets the layout it knows. Wrong choices come from the same documents, from members of other names; no two
    /// choices have the same words. Chance is one in four.
    /// </remarks>
    /// <param name="documents">Held-out documents; those without a member are left out.</param>
    /// <param name="count">Largest number of questions.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>
    /// Questions about different members in random order; fewer than <paramref name="count"/> if there are not as many
    /// members, or a kind has fewer than four different summaries.
    /// </returns>
    public static IReadOnlyList<MultipleChoiceQuestion> MultipleChoice(
        IReadOnlyList<Document> documents, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        DocumentedMember[] members = [.. documents.Select(DocumentedMember.Of).OfType<DocumentedMember>()];
        var random = new CounterRandom(seed);
        random.Shuffle(members.AsSpan());
        ILookup<MemberKind, DocumentedMember> byKind = members.ToLookup(member => member.Kind);
        var questions = new List<MultipleChoiceQuestion>();
        foreach (DocumentedMember member in members)
        {
            if (questions.Count == count)
            {
                break;
            }

            if (Distractors(member, [.. byKind[member.Kind]], ref random) is not { } distractors)
            {
                continue;
            }

            int answer = random.NextInt32(ChoicesPerQuestion);
            distractors.Insert(answer, member.Summary);
            questions.Add(new MultipleChoiceQuestion(member.Id, member.Heading, distractors, answer));
        }

        return questions;
    }

    /// <summary>
    /// The plain question about a member, by its full name; <see cref="DocumentedMember.Summary"/> answers it.
    /// </summary>
    public static string Question(DocumentedMember member) => Ask(member, member.QualifiedName);

    /// <summary>
    /// The question of <see cref="Question"/> that names nothing: what an answer's probability is compared with.
    /// </summary>
    public static string NeutralQuestion(DocumentedMember member) => Ask(member, "it");

    /// <summary>
    /// Questions and answers about a member: what it is or does, and, where something is said of its result or
    /// parameters, one question about that. The phrasing, and whether the name is
    /// full, are drawn.
    /// </summary>
    /// <param name="member">The member.</param>
    /// <param name="seed">Seed of the draws; a member's questions do not depend on other members.</param>
    public static IEnumerable<QuestionAnswer> Pairs(DocumentedMember member, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(member);
        var random = new CounterRandom(seed, (ulong)Hashing.Hash128(MemoryMarshal.AsBytes(member.Id.AsSpan())));
        string[] phrasings = member.Kind is MemberKind.Method or MemberKind.Constructor
            ? ["What does {0} do?", "Explain {0}.", "Describe the {1} {0}.", "What is {0} for?"]
            : ["What is {0}?", "Explain {0}.", "Describe the {1} {0}.", "What does {0} stand for?"];
        yield return new QuestionAnswer(Phrase(phrasings, member, "", ref random), member.Summary);

        int details = member.Parameters.Count + (member.Returns.Length > 0 ? 1 : 0);
        if (details == 0)
        {
            yield break;
        }

        int detail = random.NextInt32(details);
        if (detail < member.Parameters.Count)
        {
            DocumentedParameter parameter = member.Parameters[detail];
            string[] ofParameter =
            [
                "What is the parameter {2} of {0}?",
                "What do I pass as {2} to {0}?",
                "Explain the argument {2} of {0}.",
            ];
            yield return new QuestionAnswer(Phrase(ofParameter, member, parameter.Name, ref random), parameter.Text);
            yield break;
        }

        string[] ofResult = member.Kind == MemberKind.Property
            ? ["What is the value of {0}?", "What does the property {0} hold?"]
            : ["What does {0} return?", "What is the result of {0}?", "What do I get back from {0}?"];
        yield return new QuestionAnswer(Phrase(ofResult, member, "", ref random), member.Returns);
    }

    private static string Ask(DocumentedMember member, string name) =>
        member.Kind is MemberKind.Method or MemberKind.Constructor ? $"What does {name} do?" : $"What is {name}?";

    private static string Phrase(string[] phrasings, DocumentedMember member, string detail, ref CounterRandom random)
    {
        string name = random.NextInt32(2) == 0 ? member.DisplayName : member.QualifiedName;
        return phrasings[random.NextInt32(phrasings.Length)]
            .Replace("{0}", name, StringComparison.Ordinal)
            .Replace("{1}", member.Kind.ToString().ToLowerInvariant(), StringComparison.Ordinal)
            .Replace("{2}", detail, StringComparison.Ordinal);
    }

    /// <summary>Three summaries of other members that differ in words; null if there are not three.</summary>
    private static List<string>? Distractors(
        DocumentedMember member, DocumentedMember[] candidates, ref CounterRandom random)
    {
        var distractors = new List<string>();
        HashSet<UInt128> seen = [Fingerprint(member.Summary)];
        for (int left = candidates.Length; left > 0; left--)
        {
            int drawn = random.NextInt32(left);
            DocumentedMember candidate = candidates[drawn];
            candidates[drawn] = candidates[left - 1];
            if (candidate.Name != member.Name && seen.Add(Fingerprint(candidate.Summary)))
            {
                distractors.Add(candidate.Summary);
            }

            if (distractors.Count == ChoicesPerQuestion - 1)
            {
                return distractors;
            }
        }

        return null;
    }

    private static UInt128 Fingerprint(string text)
    {
        var words = new List<ulong>();
        Words.Hash(text, words);
        return Words.Fingerprint(words);
    }
}

/// <summary>A question and its answer.</summary>
public sealed record QuestionAnswer(string Question, string Answer);
