package dev.gantry.agent.work;

import static dev.gantry.agent.work.Specs.container;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.RegistryCredentials;
import dev.gantry.proto.Supply;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which login serves for which image. */
class RegistryLoginsTest {

    private static DesiredWorkload pod(String... registries) {
        DesiredWorkload.Builder pod = Specs.run("p1", container("web", "serve")).toBuilder();
        pod.getSpecBuilder().getPodBuilder().addPullSecrets("s");
        Supply.Builder secret =
                Supply.newBuilder().setKind(Supply.Kind.PULL_SECRET).setName("s");
        for (String registry : registries) {
            secret.putData(registry, ByteString.copyFromUtf8("to " + registry + ":p:q"));
        }
        pod.getSuppliesBuilder().addSupplies(secret);
        return pod.build();
    }

    private static List<String> logins(String image, String... registries) {
        return RegistryLogins.of(pod(registries), image).stream()
                .map(RegistryCredentials::getUsername)
                .toList();
    }

    @Test
    void isThatOfTheImagesRegistry() {
        assertThat(logins("reg.example/app:1", "reg.example", "other.example")).containsExactly("to reg.example");
        assertThat(logins("reg.example:5000/app", "reg.example")).isEmpty();
        assertThat(RegistryLogins.of(pod("r.example"), "r.example/a").getFirst().getPassword())
                .isEqualTo("p:q");
    }

    @Test
    void isTheOneForTheLongestPathFirst() {
        assertThat(logins("reg.example/team/app", "reg.example", "reg.example/team", "reg.example/x"))
                .containsExactly("to reg.example/team", "to reg.example");
    }

    @Test
    void mayHaveWildcardsInTheWordsOfItsHost() {
        assertThat(logins("eu.reg.example/app", "*.reg.example")).hasSize(1);
        assertThat(logins("a.eu.reg.example/app", "*.reg.example")).isEmpty();
        assertThat(logins("eu.reg.example/app", "[.reg.example")).isEmpty();
    }

    @Test
    void isThatOfTheHubForImagesWithoutARegistry() {
        assertThat(logins("team/app", "index.docker.io")).containsExactly("to index.docker.io");
        assertThat(logins("docker.io/team/app:1", "index.docker.io")).hasSize(1);
        assertThat(logins("reg.example/app", "index.docker.io")).isEmpty();
    }

    @Test
    void isNoneOfASecretThatIsNotThePods() {
        DesiredWorkload.Builder other = pod("reg.example").toBuilder();
        other.getSpecBuilder().getPodBuilder().clearPullSecrets().addPullSecrets("t");
        assertThat(RegistryLogins.of(other.build(), "reg.example/app")).isEmpty();
    }
}
