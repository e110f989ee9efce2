/** A style sheet imported by a script arrives as minified text (build.mjs). */
declare module "*.css" {
  const text: string;
  export default text;
}
