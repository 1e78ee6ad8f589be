import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Manifest;

/**
 * Takes the signatures out of the jars of a folder, for the launcher. The JVM keeps no class of a signed jar in its AOT
 * cache and checks each one at every start, which took a third of the time to start. The build has checked the jars
 * against their repository's sums, and none of them is used as a security provider, which is what signatures are for.
 */
final class Unsign {

    private static final String SIGNATURES = "*.{SF,RSA,DSA,EC}";

    public static void main(String[] arguments) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
            for (Path jar : jars) {
                unsign(jar);
            }
        }
    }

    private static void unsign(Path jar) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(jar)) {
            Path folder = files.getPath("META-INF");
            Path described = folder.resolve("MANIFEST.MF");
            boolean signed = false;
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> signatures = Files.newDirectoryStream(folder, SIGNATURES)) {
                    for (Path signature : signatures) {
                        Files.delete(signature);
                        signed = true;
                    }
                }
            }
            if (signed) {
                Manifest manifest;
                try (InputStream in = Files.newInputStream(described)) {
                    manifest = new Manifest(in);
                }
                // The sums of the single files; without signatures nobody compares them.
                manifest.getEntries().clear();
                try (OutputStream out = Files.newOutputStream(described)) {
                    manifest.write(out);
                }
                System.out.println("took the signature out of " + jar.getFileName());
            }
        }
    }
}
