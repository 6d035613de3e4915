/** System calls that a contained program does without, each with its number on x86-64 and on arm64 (-1: there is none). */
export type Numbers = readonly [x64: number, arm64: number];
type Calls = Readonly<Record<string, Numbers>>;

/** Closed unless the program fetches. `socketpair` and what a socket does once it is connected stay: pipes of Node's are such. */
export const NETWORK: Calls = {
  socket: [41, 198],
  connect: [42, 203],
  bind: [49, 200],
  listen: [50, 201],
  accept: [43, 202],
  accept4: [288, 242],
};

/** Reach into other processes, or signal them. */
export const PROCESSES: Calls = {
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  process_mrelease: [448, 448],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  pidfd_send_signal: [424, 424],
  kcmp: [312, 272],
  kill: [62, 129],
  tkill: [200, 130],
  rt_sigqueueinfo: [129, 138],
  rt_tgsigqueueinfo: [297, 240],
  setpriority: [141, 140],
  ioprio_set: [251, 30],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  execveat: [322, 281],
  fork: [57, -1],
  vfork: [58, -1],
};

/** Make namespaces and mounts. */
export const NAMESPACES: Calls = {
  unshare: [272, 97],
  setns: [308, 268],
  chroot: [161, 51],
  pivot_root: [155, 41],
  mount: [165, 40],
  umount2: [166, 39],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
};

/** Large or old parts of the kernel, and what only an administrator asks for. */
export const KERNEL: Calls = {
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  keyctl: [250, 219],
  add_key: [248, 217],
  request_key: [249, 218],
  fanotify_init: [300, 262],
  inotify_init: [253, -1],
  inotify_init1: [294, 26],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  lookup_dcookie: [212, 18],
  personality: [135, 92],
  modify_ldt: [154, -1],
  uselib: [134, -1],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  iopl: [172, -1],
  ioperm: [173, -1],
  syslog: [103, 116],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  vhangup: [153, 58],
  shmget: [29, 194],
  shmat: [30, 196],
  shmctl: [31, 195],
  msgget: [68, 186],
  msgsnd: [69, 189],
  msgrcv: [70, 188],
  msgctl: [71, 187],
  semget: [64, 190],
  semop: [65, 193],
  semctl: [66, 191],
  semtimedop: [220, 192],
  mq_open: [240, 180],
  mq_unlink: [241, 181],
  mq_timedsend: [242, 182],
  mq_timedreceive: [243, 183],
};

/** Change what is known of a file, which Landlock lets pass; closed unless the program writes files. */
export const METADATA: Calls = {
  chmod: [90, -1],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  chown: [92, -1],
  fchown: [93, 55],
  lchown: [94, -1],
  fchownat: [260, 54],
  utime: [132, -1],
  utimes: [235, -1],
  futimesat: [261, -1],
  utimensat: [280, 88],
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  fsetxattr: [190, 7],
  removexattr: [197, 14],
  lremovexattr: [198, 15],
  fremovexattr: [199, 16],
};

/** Programs that use them ask first whether this kernel has them: it is told to have none. */
export const ABSENT: Calls = {
  clone3: [435, 435], // its flags lie in memory, where a filter can't look; the C library takes `clone` instead
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  memfd_secret: [447, 447],
};

/** A file without a place, which no rule of paths reaches; drivers of GPUs keep buffers in such. */
export const MEMORY_FILES: Calls = { memfd_create: [319, 279] };

/** Let through or refused by what they are given. */
export const CLONE: Numbers = [56, 220];
export const TGKILL: Numbers = [234, 131];
export const PRLIMIT64: Numbers = [302, 261];
export const IOCTL: Numbers = [16, 29];

/** What was added to the kernel after this one (5.17) does not exist for the program. */
export const NEWEST = 450;
