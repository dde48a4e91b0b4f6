using Puyu.Tensors.MachineCode;

namespace Puyu.Tensors.Tests.MachineCode;

/// <summary>Encodings as GNU's assembler and disassembler have them.</summary>
public class AssemblerTests
{
    private static readonly Place _near = new(Register.Rdx, 12);
    private static readonly Place _far = new(Register.R8, 0x1084);

    /// <summary>Instructions and their bytes.</summary>
    public static TheoryData<string, Action<object>> Cases => new()
    {
        { "48 8B 47 08", Of(code => code.Mov(Register.Rax, new Place(Register.Rdi, 8))) },
        { "4C 8B 5F 20", Of(code => code.Mov(Register.R11, new Place(Register.Rdi, 32))) },
        { "49 81 C1 FF FF FF FF", Of(code => code.Add(Register.R9, -1)) },
        { "49 01 F3", Of(code => code.Add(Register.R11, Register.Rsi)) },
        { "0F 18 88 80 10 00 00", Of(code => code.Prefetch0(new Place(Register.Rax, 0x1080))) },
        { "41 0F 18 4A 40", Of(code => code.Prefetch0(new Place(Register.R10, 64))) },
        { "62 E1 7C 48 10 70 02", Of(code => code.Vmovups(new Zmm(22), new Place(Register.Rax, 128))) },
        { "62 D1 7C 48 11 43 01", Of(code => code.Vmovups(new Place(Register.R11, 64), new Zmm(0))) },
        { "62 E2 7D 48 58 57 11", Of(code => code.Vpbroadcastd(new Zmm(18), new Place(Register.Rdi, 68))) },
        { "62 E2 7D 48 23 60 02", Of(code => code.Vpmovsxwd(new Zmm(20), new Place(Register.Rax, 64))) },
        { "62 A1 4D 40 DB C2", Of(code => code.Vpandd(new Zmm(16), new Zmm(22), new Zmm(18))) },
        { "62 51 35 48 EF C9", Of(code => code.Vpxord(new Zmm(9), new Zmm(9), new Zmm(9))) },
        { "62 B1 75 40 71 D6 04", Of(code => code.Vpsrlw(new Zmm(17), new Zmm(22), 4)) },
        { "62 B1 5D 40 72 F4 0D", Of(code => code.Vpslld(new Zmm(20), new Zmm(20), 13)) },
        { "62 F2 7D 50 50 4A 03", Of(code => code.Vpdpbusd(new Zmm(1), new Zmm(16), _near)) },
        { "62 D2 7D 50 50 88 84 10 00 00", Of(code => code.Vpdpbusd(new Zmm(1), new Zmm(16), _far)) },
        { "62 92 3D 40 50 CE", Of(code => code.Vpdpbusd(new Zmm(1), new Zmm(24), new Zmm(30))) },
        { "62 E1 7C 48 5B E8", Of(code => code.Vcvtdq2ps(new Zmm(21), new Zmm(0))) },
        { "62 E1 64 50 59 71 01", Of(code => code.Vmulps(new Zmm(22), new Zmm(19), new Place(Register.Rcx, 4))) },
        { "62 32 4D 40 B8 C5", Of(code => code.Vfmadd231ps(new Zmm(8), new Zmm(22), new Zmm(21))) },
        { "62 C2 5D 50 BC 68 01", Of(code => code.Vfnmadd231ps(new Zmm(21), new Zmm(20), new Place(Register.R8, 4))) },
        { "C5 F8 77 C3", Of(code => code.Return()) },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Instructions_HaveTheirBytes(string bytes, Action<object> write)
    {
        var code = new Assembler();

        write(code);

        Assert.Equal(bytes, BitConverter.ToString(code.ToArray()).Replace('-', ' '));
    }

    [Fact]
    public unsafe void Routine_CountsDown()
    {
        if (!ExecutableMemory.IsAllowed)
        {
            return;
        }

        var code = new Assembler();
        code.Mov(Register.R9, new Place(Register.Rdi, 0));
        code.Mov(Register.Rax, new Place(Register.Rdi, 8));
        int loop = code.Position;
        code.Add(Register.Rax, 7);
        code.Loop(Register.R9, loop);
        code.Return();
        long* numbers = stackalloc long[] { 6, 100 };

        long sum = ((delegate* unmanaged<long*, long>)ExecutableMemory.Copy(code.ToArray()))(numbers);

        Assert.Equal(142, sum);
    }

    private static Action<object> Of(Action<Assembler> write) => code => write((Assembler)code);
}
