using Puyu.Abstractions;
using Puyu.Data.Documentation;

namespace Puyu.Data.Tests;

public class CorpusTests
{
    [Fact]
    public void Divide_KeepsRelatedMembersTogether_AndHoldsOutTheNamespace()
    {
        // Eight overloads a method; then eight types that share a summary, every other eight in the namespace.
        Document[] documents = [.. Enumerable.Range(0, 1600).Select(i => i < 800
            ? Member($"M:A.T.M{i / 8}(T{i})", $"Overload {i} of its family.")
            : Member($"M:A.{(i % 16 < 8 ? "Out" : "In")}.T{i}.P", $"Says {i / 8}.", $"Returns {i}."))];

        Corpus corpus = Divide(documents, heldOutShare: 0.2);

        string[] training = [.. corpus.Training.Select(GroupOf)];
        Assert.Empty(corpus.HeldOut.Select(GroupOf).Intersect(training));
        Assert.Empty(corpus.HeldOutNamespace.Select(GroupOf).Intersect(training));
        Assert.All(
            corpus.HeldOutNamespace, document => Assert.Equal("A.Out", DocumentedMember.Of(document)!.Container));
        Assert.Equal(400, corpus.HeldOutNamespace.Count);

        // 150 other groups of eight, each held out with probability 0.2: within 5 deviations of 30.
        Assert.InRange(corpus.HeldOut.Count / 8, 30 - 25, 30 + 25);
        Assert.Equal(0, corpus.HeldOut.Count % 8);
        Assert.Equal(1600, corpus.Training.Count + corpus.HeldOut.Count + 400 + corpus.SetAside);
    }

    [Fact]
    public void Divide_SetsAside_WhatTheHeldOutNamespaceSharesWithTraining()
    {
        Document[] documents =
        [
            Member("M:A.In.T.F", "The shared summary.", "One."),
            Member("M:A.Out.T.G", "The shared summary.", "Two."),
            Member("M:A.Out.T.H", "Its own summary."),
            Member("M:A.Outer.T.I", "A name that begins alike."),
        ];

        Corpus corpus = Divide(documents, heldOutShare: 0);

        Assert.Equal(["M:A.In.T.F", "M:A.Outer.T.I"], corpus.Training.Select(document => document.Id));
        Assert.Equal(["M:A.Out.T.H"], corpus.HeldOutNamespace.Select(document => document.Id));
        Assert.Equal(1, corpus.SetAside);
    }

    [Fact]
    public void Divide_SetsAside_WhatResemblesTrainingInAllButItsSummary()
    {
        string said = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"word{i}"));
        Document[] documents =
        [
            Member("M:A.In.T.F", "Adds.", said), Member("M:A.Out.T.G", "Removes.", said + " Also."),
            Member("M:A.Out.T.H", "Counts.", "Something else."),
        ];

        Corpus corpus = Divide(documents, heldOutShare: 0);

        Assert.Equal(["M:A.Out.T.H"], corpus.HeldOutNamespace.Select(document => document.Id));
        Assert.Equal(1, corpus.SetAside);
    }

    [Fact]
    public void Divide_DrawsAnew_ForAnotherSeedOnly()
    {
        Document[] documents =
            [.. Enumerable.Range(0, 300).Select(i => new Document($"plain {i}", $"Text number {i} of these."))];

        string Draw(ulong seed) =>
            string.Join('|', Divide(documents, 0.2, seed).HeldOut.Select(document => document.Id));

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Fact]
    public void Divide_SaysSo_WhenNothingIsLeftToTrainOn() => Assert.Contains(
        "none of 1 documents is left to train on",
        Assert.Throws<InvalidDataException>(() => Divide([Member("M:A.Out.T.F", "Alone.")], 0)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Validated_NamesWhatIsWrong() => Assert.Contains(
        "HeldOutShare is 1",
        Assert.Throws<OptionsException>(new DivisionOptions { HeldOutShare = 1 }.Validated).Message,
        StringComparison.Ordinal);

    /// <summary>What overloads, or members with the same summary, have in common.</summary>
    private static string GroupOf(Document document)
    {
        DocumentedMember member = DocumentedMember.Of(document)!;
        return member.Summary.StartsWith("Says", StringComparison.Ordinal) ? member.Summary : member.Name;
    }

    private static Document Member(string id, string summary, string returns = "") =>
        new DocumentedMember(id, summary, [], returns).ToDocument();

    private static Corpus Divide(Document[] documents, double heldOutShare, ulong seed = 0) => Corpus.Divide(
        documents,
        new DivisionOptions { HeldOutShare = heldOutShare, HeldOutNamespace = "A.Out", Seed = seed }.Validated(),
        CancellationToken.None);
}
