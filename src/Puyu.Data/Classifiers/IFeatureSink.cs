namespace Puyu.Data.Classifiers;

/// <summary>Takes the features of a text: to sum their weights, or to keep them for training.</summary>
internal interface IFeatureSink
{
    /// <summary>Takes one feature.</summary>
    /// <param name="bucket">Below two to the power of <see cref="FeatureOptions.BucketBits"/>.</param>
    void Add(int bucket);

    /// <summary>Takes four at once, as they come from each character: a sum need not be kept between them.</summary>
    void Add(int first, int second, int third, int fourth);
}
