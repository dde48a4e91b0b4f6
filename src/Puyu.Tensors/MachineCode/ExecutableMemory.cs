using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Puyu.Tensors.MachineCode;

/// <summary>Memory that the processor may run: written once, then read-only, kept until the process ends.</summary>
/// <remarks>Linux alone: the calling convention that routines are written for is System V's.</remarks>
internal static unsafe partial class ExecutableMemory
{
    private const int ProtectRead = 1;
    private const int ProtectWrite = 2;
    private const int ProtectExecute = 4;
    private const int MapPrivateAnonymous = 0x22;
    private const byte Return = 0xC3;

    /// <summary>Whether the system lets a process run what it wrote; a hardened one may not.</summary>
    public static bool IsAllowed { get; } = OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture == Architecture.X64 && TryCopy([Return], out _) == 0;

    /// <summary>Copies a routine to where it can be called.</summary>
    /// <returns>Its address.</returns>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static nint Copy(ReadOnlySpan<byte> code) =>
        TryCopy(code, out nint address) is int error and not 0 ? throw new Win32Exception(error) : address;

    /// <returns>0, or the error's number.</returns>
    private static int TryCopy(ReadOnlySpan<byte> code, out nint address)
    {
        address = Map(0, (nuint)code.Length, ProtectRead | ProtectWrite, MapPrivateAnonymous, file: -1, offset: 0);
        if (address == -1)
        {
            return Marshal.GetLastPInvokeError();
        }

        code.CopyTo(new Span<byte>((void*)address, code.Length));
        if (Protect(address, (nuint)code.Length, ProtectRead | ProtectExecute) == 0)
        {
            return 0;
        }

        int error = Marshal.GetLastPInvokeError();
        _ = Unmap(address, (nuint)code.Length);
        return error;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
