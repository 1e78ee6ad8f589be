package dev.gantry.e2e.bed;

/** An image with a shell that resolves names and speaks TCP, which a static busybox cannot. */
public final class ShellImage {

    public static final String NAME = "gantry-e2e/bash:1";

    private static final String FILL = """
        mkdir -p $root/bin $root/tmp $root/etc
        cp /bin/busybox $root/bin/
        for applet in sh sleep cat mkdir tail printf seq tar; do ln -s busybox $root/bin/$applet; done
        for file in /bin/bash $(ldd /bin/bash | grep -o '/[^ ]*'); do
          mkdir -p $root$(dirname $file) && cp -L $file $root$file
        done
        """;

    private ShellImage() {}

    /** Makes it on an engine. */
    public static void on(Engine engine) {
        engine.makeImage(NAME, FILL);
    }

    /** A line for a shell that has busybox and bash: the last line of what a web server says. */
    public static String get(String host, int port) {
        String words = "exec 3<>/dev/tcp/$0/$1 && printf \"GET / HTTP/1.0\\r\\n\\r\\n\" >&3 && busybox tail -n 1 <&3";
        return "busybox timeout 5 bash -c '" + words + "' " + host + " " + port;
    }
}
