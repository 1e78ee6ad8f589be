package dev.gantry.controller.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The key that seals what the controllers of one cluster share. It is in a file of each controller and never in the store. */
public final class ClusterKey {

    static final int BYTES = 32;
    private static final int ID_BYTES = 8;

    private final byte[] bytes;
    private final Path file;

    private ClusterKey(byte[] bytes, Path file) {
        this.bytes = bytes;
        this.file = file;
    }

    /**
     * Reads the key, or makes one where there is no file yet.
     *
     * @throws IdentityException when the file is not a key, or others may read it
     */
    public static ClusterKey loadOrCreate(Path file, SecureRandom chance) {
        try {
            return load(file);
        } catch (NoSuchFileException _) {
            return create(file, chance);
        } catch (IOException e) {
            throw new IdentityException("cannot read the cluster key " + file + ": " + e.getMessage(), e);
        }
    }

    private static ClusterKey load(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != BYTES) {
            throw new IdentityException("the cluster key " + file + " has " + bytes.length + " bytes instead of "
                    + BYTES + "; restore it from a backup, or copy it from another controller of this cluster");
        }
        Set<PosixFilePermission> forOthers = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        forOthers.removeAll(Set.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));
        if (!forOthers.isEmpty()) {
            throw new IdentityException(
                    "others may read the cluster key " + file + "; close it with: chmod 600 " + file);
        }
        return new ClusterKey(bytes, file);
    }

    private static ClusterKey create(Path file, SecureRandom chance) {
        byte[] bytes = new byte[BYTES];
        chance.nextBytes(bytes);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IdentityException("cannot write the cluster key " + file + ": " + e.getMessage(), e);
        }
        return new ClusterKey(bytes, file);
    }

    /** Tells keys apart without telling anything of them. */
    ByteString id() {
        return ByteString.copyFrom(
                Arrays.copyOf(Hash.sha256("gantry cluster key id".getBytes(UTF_8), bytes), ID_BYTES));
    }

    SecretKey forAes() {
        return new SecretKeySpec(bytes, "AES");
    }

    Path file() {
        return file;
    }

    @Override
    public String toString() {
        return "cluster key " + HexFormat.of().formatHex(id().toByteArray()) + " of " + file;
    }
}
