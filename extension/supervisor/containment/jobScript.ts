/**
 * What the helper of `job.ts` runs. It reads lines of "PID BYTES PROCESSES SECONDS" (0 seconds: no limit) and answers "held PID" or "lost PID REASON". A job is
 * closed when its process has ended, which ends what that has left behind.
 */
const JOBS = `
using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Runtime.InteropServices;

public static class Jobs
{
  // winnt.h: JOBOBJECT_BASIC_LIMIT_INFORMATION, IO_COUNTERS, JOBOBJECT_EXTENDED_LIMIT_INFORMATION
  [StructLayout(LayoutKind.Sequential)]
  public struct Basic { public long ProcessTime, JobTime; public uint Flags; public UIntPtr Smallest, Largest; public uint Processes; public UIntPtr Affinity; public uint Priority, Scheduling; }
  [StructLayout(LayoutKind.Sequential)]
  public struct Counters { public ulong Reads, Writes, Others, ReadBytes, WrittenBytes, OtherBytes; }
  [StructLayout(LayoutKind.Sequential)]
  public struct Extended { public Basic Basic; public Counters Counters; public UIntPtr ProcessMemory, JobMemory, ProcessPeak, JobPeak; }

  const int ExtendedLimitInformation = 9;
  const uint ActiveProcess = 0x8, JobTime = 0x4, JobMemory = 0x200, DieOnException = 0x400, KillOnClose = 0x2000;
  const uint Terminate = 0x1, SetQuota = 0x100, Synchronize = 0x100000;

  [DllImport("kernel32.dll", SetLastError = true)] static extern IntPtr CreateJobObjectW(IntPtr security, IntPtr name);
  [DllImport("kernel32.dll", SetLastError = true)] static extern bool SetInformationJobObject(IntPtr job, int kind, ref Extended limits, uint size);
  [DllImport("kernel32.dll", SetLastError = true)] static extern bool AssignProcessToJobObject(IntPtr job, IntPtr process);
  [DllImport("kernel32.dll", SetLastError = true)] static extern IntPtr OpenProcess(uint access, bool inherit, uint id);
  [DllImport("kernel32.dll")] static extern uint WaitForSingleObject(IntPtr handle, uint milliseconds);
  [DllImport("kernel32.dll")] static extern bool CloseHandle(IntPtr handle);

  static readonly List<IntPtr[]> held = new List<IntPtr[]>();

  public static void Hold(uint id, ulong bytes, uint processes, long seconds)
  {
    held.RemoveAll(Ended);
    IntPtr process = OpenProcess(Terminate | SetQuota | Synchronize, false, id);
    if (process == IntPtr.Zero) throw new Win32Exception();
    IntPtr job = CreateJobObjectW(IntPtr.Zero, IntPtr.Zero);
    if (job == IntPtr.Zero) throw new Win32Exception();
    Extended limits = new Extended();
    limits.Basic.Flags = KillOnClose | DieOnException | JobMemory | ActiveProcess | (seconds > 0 ? JobTime : 0);
    limits.Basic.Processes = processes;
    limits.Basic.JobTime = seconds * 10000000;
    limits.JobMemory = new UIntPtr(bytes);
    if (!SetInformationJobObject(job, ExtendedLimitInformation, ref limits, (uint)Marshal.SizeOf(typeof(Extended)))) throw new Win32Exception();
    if (!AssignProcessToJobObject(job, process)) throw new Win32Exception();
    held.Add(new IntPtr[] { process, job });
  }

  static bool Ended(IntPtr[] pair)
  {
    if (WaitForSingleObject(pair[0], 0) != 0) return false;
    foreach (IntPtr handle in pair) CloseHandle(handle);
    return true;
  }
}
`;

export const JOB_SCRIPT = `$ErrorActionPreference = 'Stop'
Add-Type -TypeDefinition @'
${JOBS}
'@
[Console]::Out.WriteLine('ready')
while ($null -ne ($line = [Console]::In.ReadLine())) {
  $id, $bytes, $processes, $seconds = $line.Split(' ')
  try { [Jobs]::Hold($id, $bytes, $processes, $seconds); [Console]::Out.WriteLine('held ' + $id) }
  catch { [Console]::Out.WriteLine('lost ' + $id + ' ' + $_.Exception.GetBaseException().Message) }
}
`;
