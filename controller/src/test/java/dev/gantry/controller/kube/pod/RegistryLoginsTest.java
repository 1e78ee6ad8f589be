package dev.gantry.controller.kube.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What secrets say of registries. */
class RegistryLoginsTest {

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode secret(String type, String key, String content) {
        ObjectNode secret = PodSamples.json("{'type': '" + type + "'}");
        secret.putObject("data").put(key, base64(content.replace('\'', '"')));
        return secret;
    }

    private static ObjectNode config(String content) {
        return secret("kubernetes.io/dockerconfigjson", ".dockerconfigjson", content);
    }

    @Test
    void areReadFromWhatDockersClientWrites() {
        String auth = base64("bob:pass:word");
        assertThat(RegistryLogins.of(config("{'auths': {'https://index.docker.io/v1/': {'auth': '" + auth + "'},"
                        + " 'reg.example:5000': {'username': 'ann', 'password': 'x'},"
                        + " 'https://reg.example/v2/team': {'username': 'eve', 'password': 'y', 'auth': ''}}}")))
                .containsOnly(
                        Map.entry("index.docker.io", "bob:pass:word"),
                        Map.entry("reg.example:5000", "ann:x"),
                        Map.entry("reg.example/team", "eve:y"));
    }

    @Test
    void areReadFromTheOldFormToo() {
        assertThat(RegistryLogins.of(
                        secret("kubernetes.io/dockercfg", ".dockercfg", "{'r': {'username': 'ann', 'password': 'x'}}")))
                .containsEntry("r", "ann:x");
    }

    @Test
    void areNoneWhereThereIsNothingToRead() {
        assertThat(RegistryLogins.of(config("no JSON"))).isEmpty();
        assertThat(RegistryLogins.of(config("['auths']"))).isEmpty();
        assertThat(RegistryLogins.of(config("{'auths': {'r': {}, 's': {'auth': '!!'}, 't': 5}}")))
                .isEmpty();
        assertThat(RegistryLogins.of(
                        secret("Opaque", ".dockerconfigjson", "{'auths': {'r': {'username': 'a', 'password': 'b'}}}")))
                .isEmpty();
    }
}
