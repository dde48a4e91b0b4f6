namespace Puyu.Tensors;

/// <summary>One matrix product <c>C (+)= op(A) · op(B)</c>: where the operands are and how they are stored.</summary>
internal unsafe struct GemmProblem
{
    /// <summary>First element of A.</summary>
    public byte* A;

    /// <summary>Storage type of A: F32, BF16 or F16.</summary>
    public DType AType;

    /// <summary>Elements between rows of A as stored.</summary>
    public long Lda;

    /// <summary>First element of B.</summary>
    public byte* B;

    /// <summary>Storage type of B: F32, BF16 or F16.</summary>
    public DType BType;

    /// <summary>Elements between rows of B as stored.</summary>
    public long Ldb;

    /// <summary>First element of C, F32.</summary>
    public float* C;

    /// <summary>Elements between rows of C.</summary>
    public long Ldc;

    /// <summary>Rows of C.</summary>
    public int M;

    /// <summary>Columns of C.</summary>
    public int N;

    /// <summary>Length of the shared dimension.</summary>
    public int K;

    /// <summary>Which operands are transposed.</summary>
    public MatMulForm Form;

    /// <summary>Whether C is added to instead of overwritten.</summary>
    public bool Adds;

    /// <summary>A product of contiguous F32 matrices, leading dimensions those of the form.</summary>
    public GemmProblem(float* a, float* b, float* c, int m, int n, int k, MatMulForm form, bool adds = false)
    {
        A = (byte*)a;
        B = (byte*)b;
        C = c;
        (M, N, K, Form, Adds) = (m, n, k, form, adds);
        (AType, BType) = (DType.F32, DType.F32);
        Lda = form == MatMulForm.TN ? m : k;
        Ldb = form == MatMulForm.NT ? k : n;
        Ldc = n;
    }
}
