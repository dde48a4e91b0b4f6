using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Training;

public class WordTableTests
{
    [Fact]
    public void Add_CountsLikeADictionary()
    {
        var random = new CounterRandom(11);
        var expected = new Dictionary<string, long>();
        var halves = new[] { new WordTable(), new WordTable() };
        for (int i = 0; i < 50_000; i++)
        {
            string word = new((char)('a' + random.NextInt32(3)), 1 + random.NextInt32(40));
            word += random.NextInt32(300);
            expected[word] = expected.GetValueOrDefault(word) + 1;
            halves[i % 2].Add(Encoding.UTF8.GetBytes(word), 1);
        }

        halves[0].Add(halves[1]);

        Assert.Equal(expected, halves[0].Words().ToDictionary(w => Encoding.UTF8.GetString(w.Word.Span), w => w.Count));
        Assert.Equal(expected.Count, halves[0].Count);
        Assert.Equal(expected.Keys.Sum(word => word.Length), halves[0].Bytes);
    }
}
