package dev.gantry.e2e.bed;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small ext4 file system in a file, mounted where somebody keeps its data. Needs root. */
public final class Disk implements AutoCloseable {

    private static final int BLOCK = 4_096;

    private final Path image;
    private final Path place;
    private final Path ballast;

    private Disk(Path image, Path place) {
        this.image = image;
        this.place = place;
        this.ballast = place.resolve("ballast");
    }

    public static Disk mount(Path place, int megabytes) {
        try {
            Path image = Files.createTempFile(Path.of("/var/tmp"), "gantry-disk", ".img");
            Files.createDirectories(place);
            Command.of("truncate", "-s", megabytes + "M", image.toString())
                    .run()
                    .must();
            Command.of("mkfs.ext4", "-q", "-m", "0", image.toString()).run().must();
            Command.of("mount", "-o", "loop", image.toString(), place.toString())
                    .run()
                    .must();
            Disk disk = new Disk(image, place);
            Runtime.getRuntime().addShutdownHook(new Thread(disk::close));
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes all the room but so much; everybody's files stay. */
    public void fill(long spareBytes) {
        try (OutputStream out = Files.newOutputStream(ballast)) {
            byte[] block = new byte[BLOCK];
            while (freeBytes() > spareBytes) {
                out.write(block);
            }
        } catch (IOException e) {
            if (freeBytes() > Math.max(spareBytes, BLOCK)) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Gives the room back. */
    public void free() {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long freeBytes() {
        try {
            return Files.getFileStore(place).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (Files.exists(image)) {
            Command.of("umount", "--lazy", place.toString()).run();
            Command.of("rm", "-f", image.toString()).run();
        }
    }
}
