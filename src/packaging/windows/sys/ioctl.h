/* ioctl.h -- nothing: a terminal does not tell how wide it is. */
