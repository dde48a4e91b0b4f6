using System.Net;
using System.Text;
using Puyu.Data.Languages;

namespace Puyu.Data.Tests.Languages;

public class LanguageIdentifierTests
{
    private static readonly (string File, string Language)[] _declarations =
    [
        ("arb", "ar"), ("cmn_hans", "zh-hans"), ("cmn_hant", "zh-hant"), ("deu_1996", "de"), ("eng", "en"),
        ("fra", "fr"), ("jpn", "ja"), ("kor", "ko"), ("rus", "ru"), ("spa", "es"),
    ];

    [Fact]
    public void Default_IsWhatTheMaterialOfTheRepositoryTrains()
    {
        string material = Path.Combine(Repository.Root, "src", "Puyu.Data", "Languages");

        byte[] trained = LanguageTrainer.Train(Path.Combine(material, "Material")).ToArray();

        Assert.Equal(File.ReadAllBytes(Path.Combine(material, "languages.bin")), trained);
        Assert.Equal(trained, LanguageIdentifier.Default.ToArray());
    }

    [Theory]
    [InlineData("en", "There is nothing more to be said about this question.")]
    [InlineData("de", "Wir haben gestern einen langen Spaziergang gemacht.")]
    [InlineData("fr", "Nous avons mangé des pommes dans le jardin hier soir.")]
    [InlineData("es", "Los pájaros cantan cuando llega la primavera.")]
    [InlineData("pt", "Os pássaros cantam quando chega a primavera e não há vento.")]
    [InlineData("it", "Gli uccelli cantano quando arriva la primavera.")]
    [InlineData("nl", "De vogels zingen wanneer het voorjaar komt.")]
    [InlineData("ru", "Мы вчера долго гуляли по городу, и это было хорошо.")]
    [InlineData("uk", "Ми вчора довго гуляли містом, і це було дуже добре.")]
    [InlineData("ar", "ذهبنا أمس إلى السوق واشترينا الفاكهة")]
    [InlineData("fa", "دیروز به بازار رفتیم و میوه خریدیم که خیلی خوب بود")]
    [InlineData("ja", "昨日は友達と一緒に映画を見に行きました。")]
    [InlineData("ko", "어제 친구와 함께 영화를 보러 갔습니다.")]
    [InlineData("zh-hans", "昨天我们去电影院看了一场电影。")]
    [InlineData("zh-hant", "昨天我們去電影院看了一場電影。")]
    [InlineData("th", "เมื่อวานเราไปดูหนังกับเพื่อน")]
    [InlineData("el", "Χθες πήγαμε στον κινηματογράφο με φίλους.")]
    [InlineData("he", "אתמול הלכנו לקולנוע עם חברים")]
    [InlineData("hi", "कल हम दोस्तों के साथ फिल्म देखने गए")]
    public void Identify_KnowsASentence(string language, string text)
    {
        LanguageScore found = LanguageIdentifier.Default.Identify(text);

        Assert.Equal(language, found.Language);
        Assert.True(found.Score > 0.65f, $"score is {found.Score}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234 + 5678 = 6912 ...")]
    public void Identify_SaysUndetermined_WithoutLetters(string text)
    {
        Assert.Equal(new LanguageScore("und", 0), LanguageIdentifier.Default.Identify(text));
    }

    [Fact]
    public void IdentifyParagraphs_TellsThemApart()
    {
        string[] lines =
        [
            "The council will decide next week whether the old school can stay open.",
            "Der Rat wird nächste Woche entscheiden, ob die alte Schule offen bleiben kann.",
            "(1)",
            "议会下周将决定这所旧学校是否能够继续开放，大家都在等待结果。",
        ];

        IReadOnlyList<ParagraphLanguage> found =
            LanguageIdentifier.Default.IdentifyParagraphs(string.Join('\n', lines));

        Assert.Equal(["en", "de", "zh-hans"], found.Select(paragraph => paragraph.Language.Language));
        Assert.Equal(lines[1].Length + 1 + lines[2].Length, found[1].Length);
        Assert.Equal(lines[0].Length + 1, found[1].Start);
    }

    [Fact]
    public void Load_ReadsWhatSaveWrote_AndRefusesTheRest()
    {
        using var folder = new TemporaryFolder();
        LanguageIdentifier.Default.Save(folder.File("a"));
        byte[] changed = File.ReadAllBytes(folder.File("a"));

        Assert.Equal(LanguageIdentifier.Default.ToArray(), LanguageIdentifier.Load(folder.File("a")).ToArray());

        changed[^20] ^= 1;
        File.WriteAllBytes(folder.File("a"), changed);
        Assert.Throws<InvalidDataException>(() => LanguageIdentifier.Load(folder.File("a")));
    }

    [DataFact]
    public void Default_KnowsTheDeclarationOfHumanRights()
    {
        Assert.All(_declarations, declaration => Assert.Equal(
            declaration.Language, LanguageIdentifier.Default.Identify(Read(declaration.File)).Language));

        double share = ShareRight(LanguageIdentifier.Default, declaration => Read(declaration), characters: 50);
        Assert.True(share >= 0.95, $"{share:P2} of stretches of 50 characters"); // asked for: 0.85
    }

    [DataFact]
    public void Train_LearnsFromHalvesOfTheDeclaration()
    {
        LanguageIdentifier trained = LanguageTrainer.Train(_declarations.ToDictionary(
            declaration => declaration.Language, declaration => Half(declaration.File, second: false)));

        Assert.All(_declarations, declaration => Assert.Equal(
            declaration.Language, trained.Identify(Half(declaration.File, second: true)).Language));
        double share = ShareRight(trained, declaration => Half(declaration, second: true), characters: 50);
        Assert.True(share >= 0.95, $"{share:P2} of stretches of 50 characters"); // asked for: 0.85
    }

    [DataFact]
    public void Default_KnowsNovels()
    {
        Assert.Equal("en", Identify("war_and_peace_utf8.txt"));
        Assert.Equal("zh-hans", Identify("红楼梦.txt"));
        Assert.Equal("zh-hans", Identify("三国演义.txt"));

        static string Identify(string name) =>
            LanguageIdentifier.Default.Identify(File.ReadAllText(TestData.File("corpora", name))).Language;
    }

    private static double ShareRight(LanguageIdentifier identifier, Func<string, string> read, int characters)
    {
        (int right, int all) = (0, 0);
        foreach ((string file, string language) in _declarations)
        {
            string text = read(file);
            for (int i = 0; i + characters <= text.Length; i += characters)
            {
                all++;
                right += identifier.Identify(text.AsSpan(i, characters)).Language == language ? 1 : 0;
            }
        }

        return (double)right / all;
    }

    private static string Half(string file, bool second)
    {
        string text = Read(file);
        return second ? text[(text.Length / 2)..] : text[..(text.Length / 2)];
    }

    /// <summary>The text between the tags, with single blanks.</summary>
    private static string Read(string file)
    {
        string html = File.ReadAllText(TestData.File("langid", $"udhr_{file}.html"));
        var text = new StringBuilder();
        bool isTag = false;
        foreach (char c in html)
        {
            isTag = c == '<' || (isTag && c != '>');
            text.Append(isTag || c == '>' ? ' ' : c);
        }

        return string.Join(' ', WebUtility.HtmlDecode(text.ToString())
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
