package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.proto.Projection;
import dev.gantry.proto.ProjectionItem;
import dev.gantry.proto.ProjectionSource;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Supply;
import dev.gantry.proto.SupplyKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of a volume that are drawn from config maps, secrets and texts. They lie in a directory of their own behind the link
 * {@code ..data}, so that all of them change at once, by one rename.
 */
record ProjectedFiles(Map<Path, Content> files) {

    private static final String DATA = "..data";
    private static final String NEXT = "..data_next";
    private static final int MODE_DEFAULT = 0644;

    record Content(ByteString bytes, int mode) {}

    static ProjectedFiles of(Projection projection, Supplies supplies) {
        Map<Path, Content> files = new TreeMap<>();
        int mode = projection.getDefaultMode() == 0 ? MODE_DEFAULT : projection.getDefaultMode();
        for (ProjectionSource source : projection.getSourcesList()) {
            if (source.hasFile()) {
                int own = source.getFile().hasMode() ? source.getFile().getMode() : mode;
                ByteString text = ByteString.copyFromUtf8(source.getFile().getContent());
                files.put(within(source.getFile().getPath()), new Content(text, own));
            } else {
                find(supplies, source.getSupply()).ifPresent(supply -> add(files, source, supply, mode));
            }
        }
        return new ProjectedFiles(Map.copyOf(files));
    }

    static Optional<Supply> find(Supplies supplies, SupplyKey wanted) {
        return supplies.getSuppliesList().stream()
                .filter(one ->
                        one.getKind() == wanted.getKind() && one.getName().equals(wanted.getName()))
                .findFirst();
    }

    private static void add(Map<Path, Content> files, ProjectionSource source, Supply supply, int mode) {
        if (source.getItemsCount() == 0) {
            supply.getDataMap().forEach((key, bytes) -> files.put(within(key), new Content(bytes, mode)));
        }
        for (ProjectionItem item : source.getItemsList()) {
            Optional.ofNullable(supply.getDataMap().get(item.getKey()))
                    .ifPresent(bytes -> files.put(
                            within(item.getPath()), new Content(bytes, item.hasMode() ? item.getMode() : mode)));
        }
    }

    /** A path below the volume, whatever it was written as. */
    private static Path within(String path) {
        Path plain = Path.of(path).normalize();
        boolean leaves = plain.isAbsolute() || plain.startsWith("..") || path.isEmpty();
        if (leaves || plain.getName(0).toString().startsWith("..")) {
            throw RefusedTaskException.hostConfig("the path " + path + " is not one within a volume");
        }
        return plain;
    }

    /** Makes the directory hold exactly these files. Writing the same ones again changes nothing. */
    void writeTo(Path directory, Optional<Long> group) throws IOException {
        String version = "..v" + Integer.toHexString(hashCode()) + "-" + Integer.toHexString(group.hashCode());
        Path link = directory.resolve(DATA);
        if (Files.isSymbolicLink(link)
                && Files.readSymbolicLink(link).toString().equals(version)
                && Files.isDirectory(directory.resolve(version))) {
            return;
        }
        Path content = Files.createDirectories(directory.resolve(version));
        for (Map.Entry<Path, Content> file : files.entrySet()) {
            Path target = content.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue().bytes().toByteArray());
            owned(target, file.getValue().mode(), group);
        }
        Path next = directory.resolve(NEXT);
        Files.deleteIfExists(next);
        Files.createSymbolicLink(next, Path.of(version));
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
        linkNames(directory);
        removeOthers(directory, version);
    }

    private void linkNames(Path directory) throws IOException {
        for (String name : names()) {
            Path link = directory.resolve(name);
            if (!Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(link, Path.of(DATA, name));
            }
        }
    }

    private Set<String> names() {
        Set<String> names = new HashSet<>();
        files.keySet().forEach(path -> names.add(path.getName(0).toString()));
        return names;
    }

    private void removeOthers(Path directory, String version) throws IOException {
        Set<String> wanted = names();
        wanted.add(DATA);
        wanted.add(version);
        try (Stream<Path> there = Files.list(directory)) {
            for (Path path : there.toList()) {
                if (wanted.contains(path.getFileName().toString())) {
                    continue;
                }
                if (Files.isSymbolicLink(path)) {
                    Files.delete(path);
                } else {
                    PodFolders.delete(path);
                }
            }
        }
    }

    private static void owned(Path file, int mode, Optional<Long> group) throws IOException {
        int effective = group.isPresent() ? mode | 0040 : mode;
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] inOrder = {
            PosixFilePermission.OTHERS_EXECUTE,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.OWNER_EXECUTE,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_READ
        };
        for (int bit = 0; bit < inOrder.length; bit++) {
            if ((effective >> bit & 1) == 1) {
                permissions.add(inOrder[bit]);
            }
        }
        Files.setPosixFilePermissions(file, permissions);
        if (group.isPresent()) {
            Files.setAttribute(file, "unix:gid", Math.toIntExact(group.get()));
        }
    }
}
