package dev.gantry.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvitationTest {

    private static final String TOKEN = "GANTRY1-" + "a".repeat(50) + "-00ff." + "ab".repeat(16);

    @Test
    void aTokenAndAnAddressAreAnInvitation() {
        Invitation invitation = Invitation.parse(TOKEN + "@controller.lan:99");
        assertThat(invitation.controller()).isEqualTo(new HostPort("controller.lan", 99));
        assertThat(invitation.tokenId()).isEqualTo("00ff");
        assertThat(invitation.secret()).hasSize(16);
        assertThat(invitation.toString()).doesNotContain("abab");
    }

    @Test
    void thePortMayBeLeftOutAndTheAddressMayBeOfVersionSix() {
        assertThat(Invitation.parse(TOKEN + "@host").controller()).isEqualTo(new HostPort("host", 4567));
        assertThat(HostPort.parse("[::1]:99"))
                .isEqualTo(new HostPort("::1", 99))
                .hasToString("[::1]:99");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GANTRY1", "GANTRY1-abc-00ff.00@host", "x@y"})
    void anythingElseIsToldWhatATokenLooksLike(String text) {
        assertThatThrownBy(() -> Invitation.parse(text)).hasMessageContaining("GANTRY1-<hash>-<id>.<secret>@HOST:PORT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:0", "host:70000", "ho st", "host:x", ":1"})
    void anAddressMustBeOne(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(LinkException.class);
    }
}
