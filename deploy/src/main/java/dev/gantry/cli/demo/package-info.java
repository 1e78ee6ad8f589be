/** A first service without any registry: builds its image from this machine's busybox, and deploys and tries it. */
@NullMarked
package dev.gantry.cli.demo;

import org.jspecify.annotations.NullMarked;
