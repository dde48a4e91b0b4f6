namespace Puyu.Data.Classifiers;

/// <summary>How a classifier did on texts held out from training, which it carries in its file.</summary>
/// <param name="TargetPrecision">The precision for which the threshold was chosen, on the calibration texts.</param>
/// <param name="Threshold">Probability from which a text counts as found.</param>
/// <param name="Auc">
/// Area under the ROC curve on the test texts: the probability that a positive one is ranked above a negative one.
/// </param>
/// <param name="Precision">Share of the test texts found that are positive; NaN if none was found.</param>
/// <param name="Recall">Share of the positive test texts that are found.</param>
/// <param name="TrainedOn">Texts trained on.</param>
/// <param name="CalibratedOn">Texts for calibration and threshold.</param>
/// <param name="TestedOn">Texts of this report.</param>
public sealed record ClassifierReport(
    float TargetPrecision, float Threshold, double Auc, double Precision, double Recall,
    int TrainedOn, int CalibratedOn, int TestedOn)
{
    internal void Write(BinaryWriter writer)
    {
        writer.Write(TargetPrecision);
        writer.Write(Threshold);
        writer.Write(Auc);
        writer.Write(Precision);
        writer.Write(Recall);
        writer.Write(TrainedOn);
        writer.Write(CalibratedOn);
        writer.Write(TestedOn);
    }

    internal static ClassifierReport Read(BinaryReader reader) => new(
        reader.ReadSingle(), reader.ReadSingle(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(),
        reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
}
