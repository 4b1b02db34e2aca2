package io.tickwire.storage.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Linux calls on files and mappings, by number and address. Cold paths only: each call may block.
 *
 * <p>Mappings may reach beyond the end of their file (the JDK's own refuse that): memory beyond the end may be touched only
 * once the file has grown over it.
 *
 * <p>Source: Linux man pages, section 2; constants are those of x86-64 and aarch64, which agree on all of these.
 */
@SuppressWarnings("restricted") // Native access is granted by the launcher's flags.
public final class Posix {
    /** Size of the smallest page, in bytes: what mappings and ranges are rounded to. */
    public static final int PAGE_BYTES = 4096;

    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;

    /** Populate page tables, allocating and faulting for writing (Linux 5.14). */
    public static final int MADV_POPULATE_WRITE = 23;

    /** Expect random access. */
    public static final int MADV_RANDOM = 1;

    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_CLOEXEC = 0x80000;

    /** No space left on device. */
    public static final int ENOSPC = 28;

    /** Disk quota exceeded. */
    public static final int EDQUOT = 122;

    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EINVAL = 22;
    private static final int EOPNOTSUPP = 95;
    private static final int MAP_SHARED = 1;
    private static final int FALLOC_FL_KEEP_SIZE = 1;

    private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN = variadic(
            "open",
            2,
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle MMAP = handle(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP =
            handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE = handle(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle FALLOCATE = handle(
            "fallocate",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle PWRITE = handle(
            "pwrite",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FTRUNCATE = handle(
            "ftruncate", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle FDATASYNC =
            handle("fdatasync", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle SYNCFS =
            handle("syncfs", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static final MemorySegment ZEROS = Arena.global().allocate(256 * 1024, PAGE_BYTES);

    private Posix() {}

    private static MethodHandle handle(final String name, final FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(symbol(name), descriptor, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(final String name, final int fixedArgs, final FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(
                        symbol(name),
                        descriptor,
                        Linker.Option.captureCallState("errno"),
                        Linker.Option.firstVariadicArg(fixedArgs));
    }

    private static MemorySegment symbol(final String name) {
        final SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
        return lookup.find(name).orElseThrow(() -> new UnsatisfiedLinkError("libc has no " + name));
    }

    /**
     * Opens (with {@code O_CLOEXEC}) and returns the descriptor.
     *
     * @throws NoSuchFileException when there is no such file and it is not to be created
     */
    public static int open(final Path path, final int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment name = arena.allocateFrom(path.toString());
            final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            int fd;
            do {
                fd = (int) OPEN.invokeExact(errno, name, flags | O_CLOEXEC, 0644);
            } while (fd < 0 && errno(errno) == EINTR);
            if (fd < 0 && errno(errno) == ENOENT) {
                throw new NoSuchFileException(path.toString());
            }
            if (fd < 0) {
                throw new OsException("open " + path, errno(errno));
            }
            return fd;
        } catch (final Throwable t) {
            throw rethrow(t);
        }
    }

    /** Closes a descriptor; errors are ignored, as nothing useful can follow them. */
    public static void close(final int fd) {
        try (Arena arena = Arena.ofConfined()) {
            final int ignored = (int) CLOSE.invokeExact(arena.allocate(ERRNO_LAYOUT), fd);
            assert ignored == 0 : "close of a stale descriptor";
        } catch (final Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Maps {@code length} bytes from the start of the file, shared; returns the address. */
    public static long map(final int fd, final int protection, final long length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            final long address = (long) MMAP.invokeExact(errno, 0L, length, protection, MAP_SHARED, fd, 0L);
            if (address == -1L) {
                throw new OsException("mmap of " + length + " bytes", errno(errno));
            }
            return address;
        } catch (final Throwable t) {
            throw rethrow(t);
        }
    }

    /** Unmaps what {@link #map} mapped. */
    public static void unmap(final long address, final long length) {
        try (Arena arena = Arena.ofConfined()) {
            final int result = (int) MUNMAP.invokeExact(arena.allocate(ERRNO_LAYOUT), address, length);
            assert result == 0 : "munmap of a stale mapping";
        } catch (final Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Has the pages of a mapping present and writable, as far as the file system grants it; a hint. */
    public static void populate(final long address, final long length) {
        final long from = address & -PAGE_BYTES;
        advise(from, address + length - from, MADV_POPULATE_WRITE);
    }

    /** Advises on whole pages; returns 0, or the error number (advice may be refused without harm). */
    public static int advise(final long address, final long length, final int advice) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            final int result = (int) MADVISE.invokeExact(errno, address, length, advice);
            return result == 0 ? 0 : errno(errno);
        } catch (final Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /**
     * Reserves disk blocks for a range without changing the file's size. File systems that cannot reserve are let pass:
     * there a full disk shows on first touch instead.
     *
     * @throws OsException {@link OsException#isNoSpace()} when the disk is full
     */
    public static void reserve(final int fd, final long offset, final long length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            int result;
            do {
                result = (int) FALLOCATE.invokeExact(errno, fd, FALLOC_FL_KEEP_SIZE, offset, length);
            } while (result != 0 && errno(errno) == EINTR);
            if (result != 0 && errno(errno) != EOPNOTSUPP && errno(errno) != EINVAL) {
                throw new OsException("fallocate", errno(errno));
            }
        } catch (final Throwable t) {
            throw rethrow(t);
        }
    }

    /**
     * Writes zeros into a range of a file, which so has disk blocks and pages in memory.
     *
     * @throws OsException {@link OsException#isNoSpace()} when the disk is full; part of the range may be written then
     */
    public static void writeZeros(final int fd, final long offset, final long length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            long done = 0;
            while (done < length) {
                final long bytes = Math.min(length - done, ZEROS.byteSize());
                final long written = (long) PWRITE.invokeExact(errno, fd, ZEROS, bytes, offset + done);
                if (written > 0) {
                    done += written;
                } else if (written == 0 || errno(errno) != EINTR) {
                    throw new OsException("pwrite", written == 0 ? ENOSPC : errno(errno));
                }
            }
        } catch (final Throwable t) {
            throw rethrow(t);
        }
    }

    /** Sets a file's size. */
    public static void truncate(final int fd, final long length) throws IOException {
        check("ftruncate", FTRUNCATE, fd, length);
    }

    /** Waits until a file's data is on the device. */
    public static void dataSync(final int fd) throws IOException {
        check("fdatasync", FDATASYNC, fd);
    }

    /** Waits until everything written to the file system that holds {@code fd} is on the device. */
    public static void syncFileSystem(final int fd) throws IOException {
        check("syncfs", SYNCFS, fd);
    }

    private static void check(final String what, final MethodHandle handle, final int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            if ((int) handle.invokeExact(errno, fd) != 0) {
                throw new OsException(what, errno(errno));
            }
        } catch (final Throwable t) {
            throw rethrow(t);
        }
    }

    private static void check(final String what, final MethodHandle handle, final int fd, final long argument)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            if ((int) handle.invokeExact(errno, fd, argument) != 0) {
                throw new OsException(what, errno(errno));
            }
        } catch (final Throwable t) {
            throw rethrow(t);
        }
    }

    private static int errno(final MemorySegment captured) {
        return (int) ERRNO.get(captured, 0L);
    }

    private static IOException rethrow(final Throwable t) {
        return switch (t) {
            case IOException io -> io;
            case RuntimeException runtime -> throw runtime;
            case Error error -> throw error;
            default -> throw new IllegalStateException(t);
        };
    }
}
