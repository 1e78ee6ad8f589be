package dev.gantry.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cli.client.Settings.Flags;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

    private static final Flags NONE = new Flags(null, null, null, null);
    private static final ClientFile FILE = new ClientFile(
            "http://127.0.0.1:4566", "eu-central-1", "000000000000", "FILEKEY", "filesecret", null, "default");

    @TempDir
    private Path home;

    @Test
    void theFileIsReadableByItsOwnerOnly() throws IOException {
        FILE.write(home);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("client.json"))))
                .isEqualTo("rw-------");
        assertThat(ClientFile.read(home)).contains(FILE);
    }

    @Test
    void theEnvironmentWinsOverTheFileAndFlagsOverBoth() throws IOException {
        Files.createDirectories(home.resolve("gantry"));
        FILE.write(home.resolve("gantry"));
        Map<String, String> environment = Map.of(
                "XDG_DATA_HOME", home.toString(),
                "AWS_ENDPOINT_URL", "http://env:1",
                "AWS_ACCESS_KEY_ID", "ENVKEY",
                "AWS_SECRET_ACCESS_KEY", "envsecret");
        Settings settings = Settings.resolve(new Flags(null, null, "us-west-2", null), environment, false);
        assertThat(settings.endpoint()).hasToString("http://env:1");
        assertThat(settings.accessKeyId()).isEqualTo("ENVKEY");
        assertThat(settings.secretAccessKey()).isEqualTo("envsecret");
        assertThat(settings.region()).isEqualTo("us-west-2");
    }

    @Test
    void aNamedDataDirectoryWinsOverTheEnvironment() throws IOException {
        FILE.write(home);
        Settings settings = Settings.resolve(
                new Flags(home, null, null, null),
                Map.of("AWS_ENDPOINT_URL", "http://env:1", "AWS_ACCESS_KEY_ID", "ENVKEY"),
                true);
        assertThat(settings.endpoint()).hasToString("http://127.0.0.1:4566");
        assertThat(settings.accessKeyId()).isEqualTo("FILEKEY");
    }

    @Test
    void saysWhatToDoWhenThereIsNoGantry() {
        assertThatThrownBy(() -> Settings.resolve(NONE, Map.of("XDG_DATA_HOME", home.toString()), false))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("no Gantry to talk to");
    }

    @Test
    void aKeyOfTheEnvironmentIsNotSentToTheEndpointOfTheFile() throws IOException {
        FILE.write(home);
        Map<String, String> environment = Map.of(
                "GANTRY_DATA_DIR", home.toString(),
                "AWS_ACCESS_KEY_ID", "REALAWS",
                "AWS_SECRET_ACCESS_KEY", "realsecret",
                "AWS_REGION", "us-west-2");
        Settings settings = Settings.resolve(NONE, environment, true);
        assertThat(settings.accessKeyId()).isEqualTo("FILEKEY");
        assertThat(settings.region()).isEqualTo("eu-central-1");
    }

    @Test
    void freshSettingsAreThoseOfTheServerOnThisMachineWhateverAnOlderShellKnows() throws IOException {
        FILE.write(home);
        Map<String, String> environment = Map.of(
                "GANTRY_DATA_DIR", home.toString(),
                "AWS_ENDPOINT_URL", "http://env:1",
                "AWS_ACCESS_KEY_ID", "OLDKEY",
                "AWS_SECRET_ACCESS_KEY", "oldsecret");
        assertThat(Settings.fresh(NONE, environment, true).accessKeyId()).isEqualTo("FILEKEY");
        assertThat(Settings.resolve(NONE, environment, true).accessKeyId()).isEqualTo("OLDKEY");
    }

    @Test
    void neverShowsASecret() {
        assertThat(FILE.toString()).doesNotContain("filesecret");
    }

    @Test
    void takesTheKubeconfigOfTheSameServer() throws IOException {
        Map<String, String> environment = Map.of("XDG_DATA_HOME", home.toString(), "KUBECONFIG", "/other/kubeconfig");
        assertThat(Settings.kubeConfig(NONE, environment, false)).hasToString("/other/kubeconfig");

        Files.createDirectories(home.resolve("gantry"));
        FILE.write(home.resolve("gantry"));
        Path own = home.resolve("gantry").resolve("kubeconfig");
        assertThat(Settings.kubeConfig(NONE, environment, false)).isEqualTo(own);
        assertThat(Settings.kubeConfig(new Flags(null, "http://far:1", null, null), environment, false))
                .hasToString("/other/kubeconfig");
        assertThat(Settings.kubeConfig(new Flags(home, null, null, null), environment, false))
                .isEqualTo(home.resolve("kubeconfig"));
    }
}
