package dev.gantry.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Files for clusters beside the first one. */
class KubeConfigFileTest {

    private static final String FILE = """
        apiVersion: v1
        kind: Config
        clusters:
        - name: gantry
          cluster:
            server: https://127.0.0.1:6443
            certificate-authority-data: QUJD
        users:
        - name: gantry
          user:
            client-key-data: REVG
        contexts:
        - name: gantry
          context:
            cluster: gantry
            user: gantry
        current-context: gantry
        """;

    @Test
    void leadsToThePathOfTheClusterUnderANameOfItsOwn() throws IOException {
        assertThat(KubeConfigFile.of("lab", FILE)).isEqualTo("""
            apiVersion: v1
            kind: Config
            clusters:
            - name: gantry-lab
              cluster:
                server: https://127.0.0.1:6443/clusters/lab
                certificate-authority-data: QUJD
            users:
            - name: gantry
              user:
                client-key-data: REVG
            contexts:
            - name: gantry-lab
              context:
                cluster: gantry-lab
                user: gantry
            current-context: gantry-lab
            """);
    }

    @Test
    void refusesWhatIsNoSuchFile() {
        assertThatThrownBy(() -> KubeConfigFile.of("lab", "a: b\n"))
                .isInstanceOf(IOException.class)
                .hasMessage("it is no kubeconfig file");
    }
}
