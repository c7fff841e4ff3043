// What a picture needs of an element's style: of all four hundred properties it would have thirteen times the bytes.
export const PROPERTIES = `
accent-color align-content align-items align-self aspect-ratio background-color background-image background-position
background-repeat background-size border-bottom-color border-bottom-left-radius border-bottom-right-radius
border-bottom-style border-bottom-width border-collapse border-left-color border-left-style border-left-width
border-right-color border-right-style border-right-width border-spacing border-top-color border-top-left-radius
border-top-right-radius border-top-style border-top-width bottom box-shadow box-sizing clip-path clip-rule color
column-gap contain direction display dominant-baseline fill fill-opacity fill-rule filter flex-basis flex-direction
flex-grow flex-shrink flex-wrap float font-family font-size font-style font-variant-numeric font-weight
grid-auto-columns grid-auto-flow grid-auto-rows grid-column-end grid-column-start grid-row-end grid-row-start
grid-template-areas grid-template-columns grid-template-rows height image-rendering justify-content justify-items
justify-self left letter-spacing line-height list-style-position list-style-type margin-bottom margin-left
margin-right margin-top max-height max-width min-height min-width mix-blend-mode object-fit opacity order
outline-color outline-offset outline-style outline-width overflow-wrap overflow-x overflow-y padding-bottom
padding-left padding-right padding-top paint-order position right rotate row-gap scale stroke stroke-dasharray stroke-dashoffset
stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width table-layout text-align text-anchor
text-decoration-line text-indent text-overflow text-transform text-underline-offset top transform transform-origin translate
vertical-align visibility white-space width word-break writing-mode z-index
`
  .trim()
  .split(/\s+/);
